"""`tutor learn` in Swedish, from a bare machine to everything done, through whatever ends a sitting."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.machine.checkout import PROJECT
from tests.machine.lesson import bring_medium, course
from tests.machine.proving import by_hand
from tests.machine.test_whole_course import BOOT_SECONDS, CLICKED, CPU, INTERRUPTED, START, graded, red
from tests.machine.waiting import becomes
from tests.machine.walker import LOGIN, Walker
from tests.terminal import CTRL_C, ENTER
from tutor.course.records import Step
from tutor.course.variables import resolve
from tutor.language import Language
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.process import MachineError

LANGUAGE: Language = "sv"
NO_KVM = "ingen vmx här"
VIRSH = "virsh -c qemu:///system"
LEASED = f"{VIRSH} domifaddr vm-nat | grep -F 192.168.122.50/"


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A bare machine whose disk survives a reboot."""
    try:
        with boot("bare", project=PROJECT, keep_disk=True) as booted:
            # A disk that is kept is a slow one, and nobody needs these packages after a power cut.
            booted.write("/etc/dpkg/dpkg.cfg.d/unsafe-io", "force-unsafe-io\n")
            yield booted
    except MachineError as error:
        pytest.fail(str(error), pytrace=False)


class Student:
    """Goes through the course, one sitting after the other."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.walker = Walker(machine, LANGUAGE)

    def come_back(self) -> None:
        """Begin another sitting."""
        self.walker = Walker(self.machine, LANGUAGE)

    def walk(self) -> list[str]:
        """Do every step, in the order in which they are offered; their ids."""
        walked: list[str] = []
        while len(walked) < len(list(course().steps)):
            step = self.walker.step
            walked.append(step.id)
            SPECIAL.get(step.id, Student.do)(self, step)
        return walked

    def do(self, step: Step) -> None:
        """An ordinary step."""
        self.walker.do(step)
        self.walker.go_on(step)

    def answer_wrongly(self, step: Step) -> None:
        """A wrong answer, and Ctrl-C in the middle of the questions."""
        self.walker.choose("Answer the questions ({count} left)", count=len(step.quiz))
        self.walker.press(CTRL_C)
        self.walker.at(step.id)
        self.walker.answer(wrong_first=True)
        self.walker.go_on(step)

    def skip(self, step: Step) -> None:
        """What this hardware cannot do; first thinking better of it."""
        if not self.walker.offers("Skip it, with a reason"):
            self.walker.press(ENTER)
            return
        self.walker.choose("Skip it, with a reason")
        self.walker.press(CTRL_C)
        self.walker.at(step.id)
        self.walker.skip(NO_KVM)

    def log_in_again(self, step: Step) -> None:
        """Groups come with the next login, and the walk sees that by itself."""
        self.walker.run()
        self.walker.expect(LOGIN)
        self.walker.choose("Quit; your place is kept")
        assert self.walker.terminal.exit_code() == 0
        self.come_back()
        self.walker.expect("You have logged in anew, and have your new groups.")
        self.walker.expect("{step} is done.", step=step.id)

    def be_killed(self, step: Step) -> None:
        """Kill -9 at the menu."""
        self.walker.kill()
        self.come_back()
        self.walker.expect("Welcome back. You were here:")
        self.walker.at(step.id)
        self.do(step)

    def click(self, step: Step) -> None:
        """What is done in virt-manager has no commands to run."""
        bring_medium(self.machine)
        by_hand(self.machine, CLICKED)
        self.walker.choose("Check now")
        self.walker.go_on(step)

    def fail_first(self, step: Step) -> None:
        """The installation medium is gone: the first command fails, and nothing after it runs."""
        self.machine.run(f"sudo rm {resolve(course())['iso']}", check=True)
        self.walker.run()
        self.walker.expect("This failed, with the exit code {code}:", code=2)
        self.walker.expect("What came after it was not done: {count} of the parts above.", count=2)
        self.walker.at(step.id)
        assert "test-vm" not in self.machine.run(f"{VIRSH} list --all --name").stdout
        bring_medium(self.machine)
        self.do(step)

    def have_another_file(self, step: Step) -> None:
        """A file of the student's is in the way: it is compared, and kept under another name."""
        self.machine.write("/home/student/vm.xml", "<domain/>\n", owner="student")
        self.walker.run()
        self.walker.expect(
            "There is another {path} already: yours with -, the lesson's with +", path="~/vm.xml"
        )
        self.walker.choose("Yes, and keep mine under another name")
        self.walker.go_on(step)
        assert self.machine.read("/home/student/vm.xml.~1~") == "<domain/>\n"

    def lose_the_terminal(self, step: Step) -> None:
        """The window is closed while commands run."""
        self.walker.run()
        self.walker.terminal.expect("virt-install")
        self.walker.hang_up()
        self.machine.run(f"{VIRSH} destroy vm-nat; {VIRSH} undefine vm-nat --remove-all-storage")
        self.come_back()
        self.walker.expect("Welcome back. You were here:")
        self.walker.at(step.id)
        self.do(step)

    def turn_red(self, step: Step) -> None:
        """What was done and is not any more is told at the next look, once."""
        self.machine.run(f"{VIRSH} net-destroy isolerat-natverk", check=True)
        self.walker.choose("Check now")
        self.walker.terminal.expect(r"networks/isolated var godkänt; nu: active: \S")
        self.machine.run(f"{VIRSH} net-start isolerat-natverk", check=True)
        self.do(step)

    def reboot(self, step: Step) -> None:
        """The power goes; what does not come back by itself is told."""
        self.walker.do(step)
        self.walker.expect("{step} is done.", step=step.id)
        self.walker.at(step.id)
        self.machine.reboot()
        assert becomes(lambda: self.machine.run(LEASED).returncode == 0, BOOT_SECONDS)
        self.come_back()
        self.walker.terminal.expect("domains/xml var godkänt; nu: running: ")
        self.machine.run(START, check=True)


SPECIAL: dict[str, Callable[[Student, Step], None]] = {
    "intro/role": Student.answer_wrongly,
    CPU: Student.skip,
    "install/qemu-kvm": Student.log_in_again,
    "install/libvirt": Student.be_killed,
    CLICKED: Student.click,
    "domains/virt-install": Student.fail_first,
    "domains/xml": Student.have_another_file,
    "networks/nat": Student.lose_the_terminal,
    "networks/static-lease": Student.turn_red,
    "networks/port-forward": Student.reboot,
}


def test_from_nothing_to_everything_done(machine: Machine) -> None:
    student = Student(machine)
    walked = student.walk()
    assert walked == [step.id for step in course().steps]

    walker = student.walker
    walker.expect("The end of the course")
    left = {check.rpartition("/")[0] for check in red(graded(machine)[1])}
    assert left <= {CPU}
    if left:
        walker.expect("{step}, skipped by you: {reason}", step=CPU, reason=NO_KVM)
        walker.choose("Take up {step}: {title}", step=CPU, title="Kontrollera processorn")
        walker.at(CPU)
        walker.press(CTRL_C)
    assert walker.terminal.exit_code() == (INTERRUPTED if left else 0)
