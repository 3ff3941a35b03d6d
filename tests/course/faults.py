"""Every fault that the lint names, each as one change to the sample course."""

from __future__ import annotations

from dataclasses import dataclass

SV, NETS, EN = "sv/01-start.md", "sv/02-nets.md", "en/01-start.md"
COURSE, OUTLINE = "course.toml", "outline.toml"
STATES, MACHINES = "states/start.toml", "states/machines.toml"
COMMAND = '[[entry]]\nkind = "command"'


@dataclass(frozen=True)
class Fault:
    """One change to one file, and the finding that it must give.

    ``at`` is what stands on the finding's line, in ``file`` or in ``blamed``.
    """

    name: str
    file: str
    old: str
    new: str
    at: str
    says: str
    blamed: str = ""


FAULTS = [
    # --- states
    Fault("states no TOML", STATES, "[[wrong]]", "[[wrong", "[[wrong", "no TOML"),
    Fault(
        "unknown step of a state", STATES, 'step = "group"', 'step = "grupp"', "[[wrong]]", "no step called"
    ),
    Fault("state without a name", STATES, 'name = "nobody"\n', "", "[[wrong]]", "name is missing"),
    Fault("state that is not made", STATES, 'make = "true"\n', "", "[[right]]", "make is missing"),
    Fault("state by nobody", STATES, 'as = "student"', 'as = "me"', 'as = "me"', "as cannot be me"),
    Fault("wrong without a code", STATES, "codes =", "#", "[[wrong]]", "needs the code of a check"),
    Fault("code no text", STATES, '"not-a-member"', "1", "codes", "needs the code of a check"),
    Fault("unknown check of a state", STATES, "{member", "{membr", "[[wrong]]", "has no check called membr"),
    Fault(
        "impossible code", STATES, '"not-a-member"', '"not-member"', "[[wrong]]", "no code called not-member"
    ),
    Fault("unknown key of a state", STATES, "notes =", "nots =", "nots =", "nothing is called nots"),
    Fault("right with codes", STATES, "notes = [", "codes = [", "codes = [", "nothing is called codes"),
    Fault("unknown variable of a state", STATES, "${vm}", "${mv}", "[[wrong]]", "no variable called mv"),
    Fault(
        "unknown step of a setting", STATES, 'id = "group"', 'id = "g"', "[[step]]", "no step called start/g"
    ),
    Fault("unknown check that is kept", STATES, '["member"]', '["mem"]', "[[step]]", "no check called mem"),
    Fault("no-run without reason", STATES, 'reason = "a session', "#", "[[no-run]]", "reason is missing"),
    Fault("no-run of nothing", STATES, '["session"]', '["sesion"]', "[[no-run]]", "no check called sesion"),
    Fault("unknown key of states", STATES, "shell =", "shel =", "shel =", "nothing is called shel"),
    Fault(
        "state twice",
        STATES,
        '"already"',
        '"nobody"',
        "[[right]]",
        "a second state of start/group is called nobody",
    ),
    Fault("unknown key of machines", MACHINES, "ready", "redy", "redy", "nothing is called redy"),
    # --- course.toml
    Fault("no TOML", COURSE, "[title]", "[title", "[title", "no TOML"),
    Fault("course without id", COURSE, 'id = "sample"\n', "", 'version = "1.0"', "id is missing"),
    Fault("empty title", COURSE, 'sv = "Prov"', 'sv = ""', 'sv = ""', "sv is empty"),
    Fault("no title in its own language", COURSE, 'sv = "Prov"\n', "", "[title]", "no title in its own"),
    Fault("version no text", COURSE, '"1.0"', "1.0", "version", "version is of the wrong type"),
    Fault("no lessons", COURSE, '["start", "nets"]', "[]", "lessons", "the course has no lessons"),
    Fault(
        "lessons no list", COURSE, '["start", "nets"]', "[1, 2]", "lessons", "lessons is of the wrong type"
    ),
    Fault("lesson listed twice", COURSE, '["start", ', '["start", "start", ', "lessons", "listed twice"),
    Fault("lesson without file", COURSE, '"nets"]', '"nets", "more"]', "lessons", "more has no file"),
    Fault(
        "lesson not listed",
        COURSE,
        '["start", "nets"]',
        '["start"]',
        "---",
        "does not list the lesson nets",
        NETS,
    ),
    Fault("unknown key", COURSE, "version", "verison", "verison", "nothing is called verison"),
    Fault(
        "unknown type", COURSE, 'type = "port"', 'type = "ports"', 'type = "ports"', "type cannot be ports"
    ),
    Fault("unknown owner", COURSE, 'owner = "course"', 'owner = "me"', 'owner = "me"', "owner cannot be me"),
    Fault("no port", COURSE, "value = 2222", "value = 99999", "value = 99999", "host_port cannot be 99999"),
    Fault("no path", COURSE, '"~/vm.xml"', '"vm.xml"', '"vm.xml"', "xml_file cannot be vm.xml"),
    Fault(
        "no name for a variable", COURSE, "variables.vm]", "variables.VM]", "variables.VM]", "VM is no name"
    ),
    Fault("variable without value", COURSE, 'value = "my-vm"\n', "", "[variables.vm]", "value is missing"),
    Fault(
        "variable that is none",
        COURSE,
        "[variables.vm]",
        "[variables.vm.x]",
        "[variables.vm.x]",
        "nothing is called x",
    ),
    # --- the lesson's head
    Fault("not UTF-8", SV, "Här börjar", "H\udce4r börjar", "r börjar det", "not UTF-8"),
    Fault("id is not the file's", SV, "id: start", "id: begin", "id: begin", "is not the file's name"),
    Fault("no id", SV, "id: start\n", "", "---", "no id"),
    Fault("empty title of a lesson", SV, "title: Börja", "title:", "title:", "no title"),
    Fault("no section", SV, "section: Början\n", "", "---", "no section"),
    Fault("unknown field", SV, "section:", "sektion:", "sektion:", "nothing called sektion"),
    Fault("no front matter", SV, "---\nid", "id", "id: start", "no id"),
    Fault("unknown section", SV, "section: Början", "section: Borjan", "---", "has no section Borjan"),
    Fault(
        "block before the first step",
        SV,
        "Här",
        "```bash run\nls\n```\n\nHär",
        "```bash run",
        "before the first step",
    ),
    # --- steps
    Fault("step without id", SV, "## Gruppen {#group}", "## Gruppen", "## Gruppen", "heading has no id"),
    Fault("step with a bad id", SV, "{#group}", "{#Grupp en}", "## Gruppen", "is no id"),
    Fault("step without title", SV, "## Gruppen {#group}", "## {#group}", "## {#group}", "no title"),
    Fault("step id twice", SV, "{#quiz}", "{#group}", "## Frågor", "second step is called start/group"),
    Fault(
        "points no number", SV, "points = 2", 'points = "2"', 'points = "2"', "points is of the wrong type"
    ),
    Fault("points below nought", SV, "points = 2", "points = -2", "points = -2", "points is below nought"),
    Fault(
        "optional no boolean",
        SV,
        "optional = true",
        "optional = 1",
        "optional = 1",
        "optional is of the wrong",
    ),
    Fault("unknown setting", SV, "points = 2", "point = 2", "point = 2", "nothing is called point"),
    Fault(
        "unknown kind of thing",
        SV,
        "points = 2",
        'points = 2\n[creates]\ndomain = ["x"]',
        "domain =",
        "nothing is called domain",
    ),
    Fault(
        "too few words for a thing",
        SV,
        "points = 2",
        'points = 2\n[creates]\nsnapshots = ["x"]',
        "snapshots =",
        "snapshots cannot be x",
    ),
    Fault(
        "unknown variable in a thing",
        SV,
        "points = 2",
        'points = 2\n[shares]\nfiles = ["~/${nothing}"]',
        "files =",
        "nothing",
    ),
    Fault("no steps", NETS, "## Porten {#port}", "# Porten", "---", "the lesson has no step"),
    # --- blocks
    Fault("command without role", SV, "```bash run", "```bash", "```bash", "without role"),
    Fault("console without role", SV, "```text", "```console", "```console", "without role"),
    Fault("unknown role", SV, "```bash run", "```bash rum", "```bash rum", "no block has the role rum"),
    Fault(
        "run in another language",
        SV,
        "```bash run",
        "```sh run",
        "```sh run",
        "a run block is written in bash",
    ),
    Fault(
        "run with words after it",
        SV,
        "bash run",
        "bash run quickly",
        "bash run quickly",
        "nothing may follow",
    ),
    Fault(
        "no-run without reason",
        SV,
        "no-run kräver ett skrivbord",
        "no-run",
        "no-run",
        "why it cannot be replayed",
    ),
    Fault("file without name", NETS, "file=${xml_file}", "file=", "```xml", "under which name"),
    Fault(
        "file in no folder",
        NETS,
        "file=${xml_file}",
        "file=vm.xml",
        "```xml",
        "in which folder to save vm.xml",
    ),
    Fault("empty commands", SV, "virt-manager\n", "", "no-run", "the block is empty"),
    Fault(
        "block never closed",
        NETS,
        'mode = "ever"\n```\n',
        'mode = "ever"\n',
        "```toml checks",
        "never closed",
    ),
    Fault(
        "block in a list",
        SV,
        "Bli medlem.",
        "- a\n\n  ```bash run\n  ls\n  ```\n",
        "```bash run",
        "inside a list",
    ),
    Fault(
        "command without role in a list",
        SV,
        "Bli medlem.",
        "- a\n\n  ```sh\n  ls\n  ```\n",
        "```sh",
        "without role",
    ),
    # --- hints
    Fault("empty hint", SV, "1. Titta på `id`.", "1.", "1.", "the hint is empty"),
    Fault("hints no list", SV, "1. Titta", "Titta på detta.\n\n1. Titta", "Titta på detta", "ordered list"),
    Fault("no hints", NETS, "Spara filen.", "### H {#hints}\n", "{#hints}", "no hint follows"),
    # --- check specs
    Fault("checks no TOML", SV, "[member]", "[member", "[member", "no TOML"),
    Fault("check without function", SV, 'check = "group-member"\n', "", "[member]", "check is missing"),
    Fault(
        "unknown check",
        SV,
        '"group-member"',
        '"group-membre"',
        '"group-membre"',
        "no check is called group-membre",
    ),
    Fault("unknown parameter", SV, 'group = "libvirt"', 'grupp = "libvirt"', "grupp", "no parameter grupp"),
    Fault("missing parameter", SV, 'group = "libvirt"\n', "", "[member]", "needs the parameter group"),
    Fault(
        "wrong type",
        SV,
        'group = "libvirt"',
        "group = 7",
        "group = 7",
        "group of group-member is of the wrong type",
    ),
    Fault(
        "variable of the wrong type",
        NETS,
        '"${host_port}"',
        '"${vm}"',
        "port = ",
        "port of port-open is of the wrong",
    ),
    Fault(
        "number in a text",
        NETS,
        '"${host_port}"',
        '"x${host_port}"',
        "port = ",
        "port of port-open is of the wrong",
    ),
    Fault(
        "wrong type in a list",
        NETS,
        '["${vm}"]',
        "[1]",
        "names = ",
        "names of port-open is of the wrong type",
    ),
    Fault("a date", NETS, '["${vm}"]', "1979-05-27", "names = ", "a type that check parameters cannot have"),
    Fault("an infinity", NETS, '["${vm}"]', "[inf]", "names = ", "a type that check parameters cannot have"),
    Fault(
        "a date in a table",
        NETS,
        '["${vm}"]',
        "{ a = 1979-05-27 }",
        "names = ",
        "check parameters cannot have",
    ),
    Fault(
        "unknown variable in a table", NETS, '["${vm}"]', '{ a = "${x}" }', "names = ", "no variable called x"
    ),
    Fault("a number without end", NETS, '["${vm}"]', "9" * 5000, "[open]", "no TOML"),
    Fault("brackets without end", NETS, '["${vm}"]', "[" * 5000, "[open]", "TOML"),
    Fault("unknown mode", NETS, '"ever"', '"never"', "mode = ", "mode cannot be never"),
    Fault("name of the quiz", SV, "[member]", "[quiz]", "[quiz]", "belongs to the step's quiz"),
    Fault("bad spec name", SV, "[session]", "[Session]", "[Session]", "Session is no id"),
    Fault(
        "spec twice",
        SV,
        "### Led",
        '```toml checks\n[member]\ncheck = "group-member"\ngroup = "a"\n```\n\n### Led',
        '[member]\ncheck = "group-member"\ngroup = "a"',
        "second check is called start/group/member",
    ),
    Fault(
        "need of nothing",
        SV,
        'needs = ["member"]',
        'needs = ["membre"]',
        "[session]",
        "needs start/group/membre",
    ),
    Fault(
        "need of nothing elsewhere",
        NETS,
        "start/group/member",
        "start/group/x",
        "[open]",
        "needs start/group/x",
    ),
    Fault(
        "requires a step that does not exist",
        SV,
        "optional = true\npoints",
        'optional = true\nrequires = ["start/gruop"]\npoints',
        "requires",
        "builds on start/gruop, which does not exist. Write start/group",
    ),
    Fault(
        "steps in a circle",
        SV,
        "optional = true\npoints",
        'optional = true\nrequires = ["start/quiz"]\npoints',
        "requires",
        "build on one another in a circle: start/quiz",
    ),
    Fault(
        "requires no list",
        SV,
        "points = 2",
        "points = 2\nrequires = 1",
        "requires",
        "requires is of the wrong type",
    ),
    Fault("circle", SV, "[member]\n", '[member]\nneeds = ["session"]\n', "[", "in a circle"),
    Fault("spec that is no table", SV, "[member]", "x = 1\n[member]", "x = 1", "x is of the wrong type"),
    # --- quizzes
    Fault(
        "no right option", SV, "  right = true\n", "", "[[question]]", "no option of the question is right"
    ),
    Fault(
        "two right options",
        SV,
        'text = "En hypervisor"',
        'text = "En hypervisor"\n  right = true',
        "[[question]]",
        "more than one right",
    ),
    Fault(
        "option without explanation",
        SV,
        '  why = "Nej."\n',
        "",
        '[[question.option]]\n  id = "hyp',
        "why is missing",
    ),
    Fault("empty explanation", SV, 'why = "Nej."', 'why = ""', 'why = ""', "why is empty"),
    Fault("question without id", SV, 'id = "layer"\nkind', "kind", "[[question]]", "id is missing"),
    Fault("question without kind", SV, 'kind = "single"\n', "", "[[question]]", "kind is missing"),
    Fault("unknown kind", SV, '"single"', '"double"', "kind = ", "kind cannot be double"),
    Fault(
        "option id twice",
        SV,
        '"hypervisor"',
        '"layer"',
        'id = "layer"\n  text = "En',
        "id layer is used twice",
    ),
    Fault(
        "quiz without question",
        SV,
        "[[question]]",
        "[[questions]]",
        "[[questions]]",
        "nothing is called questions",
    ),
    Fault(
        "unknown key of an option",
        SV,
        "right = true",
        "correct = true",
        "correct",
        "nothing is called correct",
    ),
    Fault(
        "one option",
        SV,
        '[[question.option]]\n  id = "layer"',
        "[[question.x]]",
        "[[question]]",
        "two options at least",
    ),
    # --- variables and links
    Fault("unknown variable in prose", SV, "${host_port}", "${port}", "${port}", "no variable called port"),
    Fault("unknown variable in commands", SV, "${vm}", "${vmm}", "${vmm}", "no variable called vmm"),
    Fault("unknown variable in a hint", SV, "och logga", "${x}", "${x}", "no variable called x"),
    Fault(
        "unknown variable in a file", NETS, "<name>${vm}", "<name>${x}", "<name>${x}", "no variable called x"
    ),
    Fault("unknown variable in a file's name", NETS, "${xml_file}", "${x}", "${x}", "no variable called x"),
    Fault("unknown variable in a parameter", NETS, '["${vm}"]', '["${x}"]', "${x}", "no variable called x"),
    Fault("unknown variable in a quiz", SV, "Nej.", "${x}", "${x}", "no variable called x"),
    Fault("unknown variable in a translation", EN, "${host_port}", "${x}", "${x}", "no variable called x"),
    Fault("dead anchor", SV, "(#quiz)", "(#quizz)", "(#quizz)", "link #quizz leads nowhere"),
    Fault("dead step", SV, "(nets/port)", "(nets/prot)", "(nets/prot)", "link nets/prot leads nowhere"),
    Fault(
        "dead file", SV, "(02-nets.md#port)", "(03-nets.md)", "(03-nets.md)", "link 03-nets.md leads nowhere"
    ),
    Fault(
        "dead anchor in a file", SV, "(02-nets.md#port)", "(02-nets.md#x)", "(02-nets.md#x)", "leads nowhere"
    ),
    Fault("dead picture", NETS, "Spara filen.", "Spara\n![x](x.png)", "![x]", "link x.png leads nowhere"),
    Fault("link that no file can have", NETS, "Spara filen.", "[x](%00)", "[x]", "leads nowhere"),
    # --- outline.toml
    Fault("covered by nothing", OUTLINE, 'covered_by = "start/group"\n', "", COMMAND, "nothing covers"),
    Fault(
        "covered by no step",
        OUTLINE,
        '"start/group"',
        '"start/grupp"',
        COMMAND,
        "no lesson or step is called start/grupp",
    ),
    Fault("unknown kind of entry", OUTLINE, '"note"', '"notice"', 'kind = "notice"', "kind cannot be notice"),
    Fault("entry without text", OUTLINE, 'text = "id -nG"\n', "", COMMAND, "text is missing"),
    Fault("outline no TOML", OUTLINE, "[[entry]]", "[[entry]", "[[entry]", "no TOML"),
    # --- translations
    Fault(
        "step not translated",
        EN,
        "{#group}",
        "{#gruop}",
        "---",
        "start/group of the source is not translated",
    ),
    Fault(
        "step only translated",
        EN,
        "{#group}",
        "{#gruop}",
        "{#gruop}",
        "start/gruop does not exist in the source",
    ),
    Fault(
        "commands in a translation",
        EN,
        "```bash run\n",
        "```bash run\nls\n",
        "```bash run",
        "carries no commands",
    ),
    Fault(
        "check specs in a translation",
        EN,
        "### Hints",
        "```toml checks\n```\n\n### Hints",
        "```toml checks",
        "carries no checks block",
    ),
    Fault(
        "settings in a translation",
        EN,
        "### Hints",
        "```toml step\n```\n\n### Hints",
        "```toml step",
        "carries no step",
    ),
    Fault(
        "answers in a translation",
        EN,
        'why = "Yes."',
        'right = true\n  why = "Yes."',
        "right = true",
        "nothing is called right",
    ),
    Fault(
        "block not translated",
        EN,
        "```text\nguest ---> host\n```\n",
        "",
        "## The group",
        "blocks of the step",
    ),
    Fault(
        "prose not translated",
        EN,
        "Become a member. See [the next step](#quiz).\n",
        "",
        "## The group",
        "prose is",
    ),
    Fault(
        "hint not translated",
        EN,
        "2. Run `sudo usermod`, and log in again.\n",
        "",
        "## The group",
        "has 2 hints",
    ),
    Fault(
        "question not translated",
        EN,
        '"layer"\ntext',
        '"lawyer"\ntext',
        "```toml quiz",
        "quiz/layer of the source is",
    ),
    Fault(
        "question only translated",
        EN,
        '"layer"\ntext',
        '"lawyer"\ntext',
        'id = "lawyer"',
        "quiz/lawyer does not exist",
    ),
    Fault(
        "option not translated",
        EN,
        '"hypervisor"',
        '"visor"',
        'id = "layer"',
        "quiz/layer/hypervisor of the source",
    ),
    Fault(
        "option only translated",
        EN,
        '"hypervisor"',
        '"visor"',
        'id = "visor"',
        "quiz/layer/visor does not exist",
    ),
    Fault(
        "introduction not translated",
        EN,
        "It begins here. Then comes [the network](02-nets.md#port).",
        "",
        "---",
        "introduction",
    ),
]
