"""A small course without a fault, in two languages, for tests to break."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.course.writing import write_files
from tutor.course.findings import Finding
from tutor.course.lint import ParameterInfo, lint

COURSE = """\
id = "sample"
version = "1.0"
lessons = ["start", "nets"]

[title]
sv = "Prov"
en = "Sample"

[variables.vm]
value = "my-vm"
type = "name"
owner = "student"

[variables.xml_file]
value = "~/vm.xml"
type = "path"
owner = "student"

[variables.host_port]
value = 2222
type = "port"
owner = "course"
"""

OUTLINE = """\
[[entry]]
kind = "heading"
section = "Början"
text = "Början"
covered_by = "start"

[[entry]]
kind = "command"
section = "Början"
text = "id -nG"
covered_by = "start/group"

[[entry]]
kind = "heading"
section = "Nät"
text = "Nät"
covered_by = "nets"

[[entry]]
kind = "note"
section = "Nät"
text = "en anmärkning"
planned = "nets/later"
"""

START_SV = """\
---
id: start
title: Börja
section: Början
---

# Börja

Här börjar det. Sedan kommer [nätet](02-nets.md#port).

## Gruppen {#group}

Bli medlem. Se [nästa steg](#quiz) eller [porten](nets/port).

```bash run
sudo usermod -aG libvirt "$USER"
virsh dominfo ${vm}
```

Ett hål på port ${host_port}:

```text
gäst ---> värd
```

```bash no-run kräver ett skrivbord
virt-manager
```

```toml checks
[member]
check = "group-member"
group = "libvirt"

[session]
check = "group-member"
group = "libvirt"
needs = ["member"]
```

### Ledtrådar {#hints}

1. Titta på `id`.
2. Kör `sudo usermod`,
   och logga in igen.

## Frågor {#quiz}

```toml step
optional = true
points = 2
```

```toml quiz
[[question]]
id = "layer"
kind = "single"
text = "Vad är libvirt?"

  [[question.option]]
  id = "layer"
  text = "Ett lager"
  right = true
  why = "Ja."

  [[question.option]]
  id = "hypervisor"
  text = "En hypervisor"
  why = "Nej."
```
"""

NETS_SV = """\
---
id: nets
title: Nät
section: Nät
---

## Porten {#port}

Spara filen.

```xml file=${xml_file}
<domain><name>${vm}</name></domain>
```

```toml checks
[open]
check = "port-open"
port = "${host_port}"
names = ["${vm}"]
needs = ["start/group/member"]
mode = "ever"
```
"""

START_EN = """\
---
id: start
title: Begin
---

# Begin

It begins here. Then comes [the network](02-nets.md#port).

## The group {#group}

Become a member. See [the next step](#quiz).

```bash run
```

A hole at port ${host_port}:

```text
guest ---> host
```

```bash no-run needs a desktop
```

### Hints {#hints}

1. Look at `id`.
2. Run `sudo usermod`, and log in again.

## Questions {#quiz}

```toml quiz
[[question]]
id = "layer"
text = "What is libvirt?"

  [[question.option]]
  id = "layer"
  text = "A layer"
  why = "Yes."

  [[question.option]]
  id = "hypervisor"
  text = "A hypervisor"
  why = "No."
```
"""

STATES_START = """\
shell = '''
net=default
'''

[[step]]
id = "group"
as = "root"
begin = "usermod -aG libvirt student"
reset = "usermod -aG libvirt student"
kept = ["member"]

[[wrong]]
step = "group"
name = "nobody"
make = "gpasswd -d student libvirt; echo ${vm} $net ${net%x}"
codes = {member = "not-a-member", session = "need-failed"}

[[right]]
step = "group"
name = "already"
make = "true"
as = "student"
notes = ["at once"]

[[no-run]]
step = "group"
checks = ["session"]
reason = "a session begins with a login"
"""

STATES_NETS = """\
[[wrong]]
step = "port"
name = "closed"
make = "pkill -x sshd"
mend = false
codes = {open = "closed"}
"""

FILES = {
    "course.toml": COURSE,
    "outline.toml": OUTLINE,
    "sv/01-start.md": START_SV,
    "sv/02-nets.md": NETS_SV,
    "en/01-start.md": START_EN,
    "states/machines.toml": 'image = "bare"\nready = "ready"\n',
    "states/nets.toml": STATES_NETS,
    "states/start.toml": STATES_START,
}

KNOWN = {
    "group-member": {"group": ParameterInfo("str", required=True)},
    "port-open": {
        "port": ParameterInfo("int", required=True),
        "names": ParameterInfo("list[str] | None", required=False),
    },
}
#: Of port-open nobody knows them.
CODES = {"group-member": frozenset({"not-a-member", "not-in-session"})}


@dataclass(frozen=True)
class Sample:
    """The course in a folder of its own."""

    folder: Path

    def replace(self, file: str, old: str, new: str) -> None:
        """Change one place of a file, which must be there."""
        path = self.folder / file
        content = path.read_text()
        assert content.count(old) >= 1, f"{old!r} is not in {file}"
        path.write_text(content.replace(old, new, 1))

    def write(self, file: str, content: str | bytes) -> None:
        """A whole file."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def line_of(self, file: str, words: str) -> int:
        """The line on which the words stand first."""
        return (self.folder / file).read_text().split(words)[0].count("\n") + 1

    def lint(self, *, strict: bool = False) -> list[Finding]:
        """What the lint says."""
        return lint(self.folder, KNOWN, known_codes=CODES, strict=strict)


def write_sample(folder: Path) -> Sample:
    """The good course, in ``folder``."""
    return Sample(write_files(folder, FILES))
