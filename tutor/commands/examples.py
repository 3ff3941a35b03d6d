"""What is shown at the end of each command's help: examples, and what goes with it."""

from __future__ import annotations

from tutor.text import Text, text

_WHOLE_COURSE = text("grade the whole course")

#: By verb ("" is ``tutor`` alone): what is typed, and what that does.
EXAMPLES: dict[str, tuple[tuple[str, Text], ...]] = {
    "": (
        ("tutor", text("where am I, what is next")),
        ("tutor show install/libvirt", text("read a step")),
        ("tutor check install/libvirt", text("is it so? what is missing, and why?")),
        ("tutor check", _WHOLE_COURSE),
    ),
    "learn": (
        ("tutor learn", text("go on where you were")),
        ("tutor learn install/libvirt", text("walk through this step")),
    ),
    "watch": (
        ("tutor watch", text("tick off the steps of the whole course")),
        ("tutor watch networks", text("those of one lesson")),
    ),
    "list": (
        ("tutor list", text("all steps")),
        ("tutor list --format json", text("the same, for a program")),
    ),
    "show": (
        ("tutor show install/libvirt", text("read a step")),
        ("tutor show install/libvirt | less -R", text("page by page")),
    ),
    "hint": (
        ("tutor hint install/libvirt", text("the first hint")),
        ("tutor hint install/libvirt --level 2", text("the second")),
        ("tutor hint install/libvirt --all", text("every one of them")),
    ),
    "check": (
        ("tutor check", _WHOLE_COURSE),
        ("tutor check install", text("one lesson")),
        ("tutor check install/libvirt --verbose", text("one step, what passed included")),
        ("tutor check --var xml_vm=my-vm", text("with another name for the guest, this time")),
        ("tutor check --format junit > report.xml", text("for another program")),
    ),
    "answer": (
        ("tutor answer intro/role", text("show the questions")),
        ("tutor answer intro/role 1b 2a 3c", text("answer three of them")),
    ),
    "submit": (
        ("tutor submit", text("show what is handed in, ask, sign, and write it")),
        ("tutor submit --yes --output lab.tutor", text("ask nothing")),
        ("tutor check --from lab.tutor", text("what your teacher's tool will say")),
    ),
    "config": (
        ("tutor config", text("list everything")),
        ("tutor config language sv", text("Swedish from now on")),
        ("tutor config xml_vm my-vm", text("your own name for the guest")),
        ("tutor config --unset xml_vm", text("the course's name again")),
    ),
    "validate": (
        ("tutor validate vm.xml net.xml", text("two files")),
        ("virsh dumpxml my-vm | tutor validate -", text("what another program prints")),
    ),
    "report": (
        ("tutor report hand-ins/", text("a folder of hand-ins")),
        ("tutor report submissions.zip --roster class.csv", text("what Canvas or Moodle gave you")),
        ("tutor report hand-ins/ --student anna@example.org", text("one student, step by step")),
        (
            "tutor report hand-ins/ --roster gradebook.csv --export canvas -o grades.csv",
            text("grades for Canvas"),
        ),
    ),
    "doctor": (("tutor doctor", text("look at this machine, and try it out")),),
    "reset": (
        ("tutor reset networks/isolated --dry-run", text("what would be taken away")),
        ("tutor reset networks/isolated", text("take it away, after asking")),
    ),
    "cleanup": (
        ("tutor cleanup --dry-run", text("what would be taken away")),
        ("tutor cleanup", text("take it away, after asking")),
    ),
    "support": (
        ("tutor support", text("show it, then ask where to write it")),
        ("tutor support --output report.txt", text("write it into this file")),
    ),
    "sandbox": (
        ("tutor sandbox create", text("a student machine, the first time in minutes")),
        ("tutor sandbox enter", text("a shell in it; leave with exit")),
        ("tutor sandbox run -- tutor check", text("one command in it")),
        ("tutor sandbox reset", text("as if nothing had happened")),
        ("tutor sandbox delete", text("away with it")),
    ),
    "sandbox create": (
        ("tutor sandbox create", text("a student machine, the first time in minutes")),
        ("tutor sandbox create demo --release trixie --ready", text("Debian 13, with libvirt installed")),
    ),
    "sandbox enter": (("tutor sandbox enter", text("a shell in it; leave with exit")),),
    "sandbox run": (
        ("tutor sandbox run -- tutor check", text("one command in it")),
        ("tutor sandbox run demo -- sh -c 'id; tutor list'", text("several, in the one called demo")),
    ),
    "sandbox reset": (("tutor sandbox reset demo --yes", text("as if nothing had happened, unasked")),),
    "sandbox stop": (("tutor sandbox stop", text("its disk is kept")),),
    "sandbox list": (("tutor sandbox list --format json", text("for a program")),),
    "sandbox delete": (
        ("tutor sandbox delete demo", text("away with it")),
        ("tutor sandbox delete --images", text("with all that is left of sandboxes on this computer")),
    ),
    "author": (
        ("tutor author new my-course", text("a course from a template")),
        ("tutor author lint my-course", text("what is wrong with it")),
    ),
    "author new": (
        ("tutor author new my-course", text("a course from a template")),
        ("tutor author new my-course --lesson disks", text("a lesson more")),
    ),
    "author preview": (
        ("tutor author preview my-course start/member", text("in both languages")),
        ("tutor author preview install/libvirt --lang sv", text("in one")),
    ),
    "author checks": (
        ("tutor author checks", text("every check that is installed")),
        ("tutor author checks disk-image", text("one, with its parameters and codes")),
    ),
    "author prove": (
        ("tutor author prove", text("the course that comes with the tool, on Debian 12")),
        ("tutor author prove my-course disks --alone", text("one lesson, after its prerequisites")),
    ),
    "author lint": (
        ("tutor author lint", text("the course that comes with the tool")),
        ("tutor author lint lessons --strict", text("what is not translated, too")),
    ),
}

#: By verb: the verbs that are wanted next.
SEE_ALSO: dict[str, tuple[str, ...]] = {
    "learn": ("check", "hint", "list"),
    "watch": ("check", "learn"),
    "list": ("show", "check"),
    "show": ("check", "hint", "answer"),
    "hint": ("check", "show"),
    "check": ("hint", "show", "answer"),
    "answer": ("show", "check"),
    "validate": ("check",),
    "report": ("check",),
    "doctor": ("check", "support"),
    "reset": ("cleanup", "check"),
    "cleanup": ("reset",),
    "support": ("doctor",),
}
