"""A course to be walked through on the host of the tests: it asks for files below the student's home.

What cannot be seen is a file that is larger than the tool reads.
"""

from __future__ import annotations

from pathlib import Path

from tests.course.writing import write_files

COURSE = """\
id = "walk"
version = "1.0"
lessons = ["walk"]

[title]
sv = "Promenad"
en = "A walk"

[variables.file]
value = "~/a.xml"
type = "path"
owner = "student"
"""

WALK_SV = """\
---
id: walk
title: Promenaden
section: Promenaden
---

## En fråga {#ask}

Läs och svara.

```toml quiz
[[question]]
id = "layer"
kind = "single"
text = "Vad är libvirt?"

  [[question.option]]
  id = "hypervisor"
  text = "En hypervisor"
  why = "Nej, det talar med en."

  [[question.option]]
  id = "layer"
  text = "Ett lager"
  right = true
  why = "Det ligger emellan."

[[question]]
id = "letters"
kind = "multiple"
text = "Vilka hör dit?"

  [[question.option]]
  id = "a"
  text = "Alfa"
  right = true
  why = "ALFA"

  [[question.option]]
  id = "b"
  text = "Beta"
  why = "BETA"

  [[question.option]]
  id = "c"
  text = "Gamma"
  right = true
  why = "GAMMA"
```

## En fil {#file}

```bash run
echo "$GREETING"
```

```xml file=${file}
<domain/>
```

```bash run
cp ${file} ~/b.xml
```

```bash no-run kräver ett skrivbord
touch ~/by-hand
```

```toml checks
[copy]
check = "xml-file"
path = "~/b.xml"
domain = "x"
```

### Ledtrådar {#hints}

1. Titta i hemkatalogen.
2. Kopian ska heta b.xml.
3. Kör `cp`.

## Bygger på filen {#builds}

```toml step
requires = ["walk/file"]
```

```bash run
cp ~/b.xml ~/c.xml
```

```toml checks
[copy]
check = "xml-file"
path = "~/c.xml"
domain = "x"
```

## Det som aldrig går {#never}

```bash run
echo first
ls ~/never.xml
touch ~/after
```

```bash run
touch ~/later
```

```toml checks
[never]
check = "xml-file"
path = "~/never.xml"
domain = "x"
```

## Det som tar tid {#slow}

```toml step
optional = true
```

```bash run
echo begun
sleep 60
```

```toml checks
[slow]
check = "xml-file"
path = "~/slow.xml"
domain = "x"
```

## Det som inte går att se {#unknown}

```toml checks
[unknown]
check = "xml-file"
path = "~/too-large.xml"
domain = "x"
```
"""

WALK_EN = """\
---
id: walk
title: The walk
---

## A question {#ask}

Read and answer.

```toml quiz
[[question]]
id = "layer"
text = "What is libvirt?"

  [[question.option]]
  id = "hypervisor"
  text = "A hypervisor"
  why = "No, it talks to one."

  [[question.option]]
  id = "layer"
  text = "A layer"
  why = "It is in between."
```

## A file {#file}

```bash run
```

```xml file=${file}
```

```bash run
```

```bash no-run needs a desktop
```

### Hints {#hints}

1. Look into your home folder.
2. The copy is to be called b.xml.
3. Run `cp`.

## Builds on the file {#builds}

```bash run
```

## What never works {#never}

```bash run
```

```bash run
```

## What takes time {#slow}

```bash run
```

## What cannot be seen {#unknown}
"""

FILES = {"course.toml": COURSE, "outline.toml": "", "sv/1-walk.md": WALK_SV, "en/1-walk.md": WALK_EN}


def write_walk_course(folder: Path) -> Path:
    """The course, in ``folder``."""
    return write_files(folder, FILES)
