"""A small course with every kind of block, question and text that the commands show."""

from __future__ import annotations

from pathlib import Path

from tests.course.writing import write_files

COURSE = """\
id = "small"
version = "1.0"
lessons = ["start", "ask"]

[title]
sv = "Liten kurs"
en = "Small course"

[variables.vm]
value = "my-vm"
type = "name"
owner = "student"

[variables.file]
value = "~/vm.xml"
type = "path"
owner = "student"

[variables.host_port]
value = 2222
type = "port"
owner = "course"
"""

START_SV = """\
---
id: start
title: Börja
section: Början
---

Lektionens *inledning*.

## Läsa {#read}

En domän som heter `${vm}` och en port, ${host_port}. Ett långt stycke som måste brytas, för det får inte
plats på en rad i någon bredd som prövas här, och som har **fet text** mitt i.

### En rubrik

* Första punkten, som är så lång att den måste brytas någonstans.
    1. En punkt i punkten.

> **Notera:** en anmärkning som också är så lång att den går över flera rader i båda bredderna.

| flagga | betyder |
|---|---|
| `--name ${vm}` | domänens namn, som är det som alla andra kommandon vill ha |
| `--memory` | minne |

```text
gäst ---> värd
```

```bash run
sudo usermod -aG libvirt "$USER" && virsh --connect qemu:///system dominfo ${vm} | grep --ignore-case state
```

```bash run
cat > x <<'E'
  in ${vm}
E
```

```bash no-run kräver ett skrivbord
virt-manager
```

```xml file=${file}
<domain><name>${vm}</name></domain>
```

```toml checks
[member]
check = "programs"
programs = ["no-such-program"]
```

### Ledtrådar {#hints}

1. Titta på `id`.
2. Domänen heter ${vm}.
3. Kör `sudo usermod`.

## Frivilligt {#extra}

```toml step
optional = true
```

Läs.

```toml checks
[member]
check = "programs"
programs = ["no-such-program"]
```
"""

ASK_SV = """\
---
id: ask
title: Fråga
section: Frågor
---

## En fråga {#one}

```toml quiz
[[question]]
id = "layer"
kind = "single"
text = "Vad är libvirt?"

  [[question.option]]
  id = "layer"
  text = "Ett lager"
  right = true
  why = "Det ligger emellan."

  [[question.option]]
  id = "hypervisor"
  text = "En hypervisor"
  why = "Nej, den styr sådana."
```

## Flera frågor {#many}

```toml quiz
[[question]]
id = "first"
kind = "single"
text = "Heter den `${vm}`?"

  [[question.option]]
  id = "no"
  text = "Nej"
  why = "Jo, se ${vm}."

  [[question.option]]
  id = "yes"
  text = "Ja"
  right = true
  why = "Så är det."

[[question]]
id = "second"
kind = "multiple"
text = "Vilka hör dit?"

  [[question.option]]
  id = "a"
  text = "Alfa"
  right = true
  why = "ALFA-HÖR-DIT"

  [[question.option]]
  id = "b"
  text = "Beta"
  why = "BETA-HÖR-INTE-DIT"

  [[question.option]]
  id = "c"
  text = "Gamma"
  right = true
  why = "GAMMA-HÖR-DIT"

  [[question.option]]
  id = "d"
  text = "Delta"
  why = "DELTA-HÖR-INTE-DIT"
```
"""

START_EN = """\
---
id: start
title: Begin
---

The lesson's introduction.

## Read {#read}

A domain called `${vm}`.

```text
```

```bash run
```

```bash run
```

```bash no-run needs a desktop
```

```xml file=${file}
```

### Hints {#hints}

1. Look at `id`.
2. The domain is called ${vm}.
3. Run `sudo usermod`.

## Optional {#extra}

Read.
"""

FILES = {
    "course.toml": COURSE,
    "outline.toml": "",
    "sv/1-start.md": START_SV,
    "sv/2-ask.md": ASK_SV,
    "en/1-start.md": START_EN,
}


def write_course(folder: Path) -> Path:
    """The course, in ``folder``."""
    return write_files(folder, FILES)
