"""What a script is said to do: never less than it does."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.actions.effects import Effect, effect
from tutor.actions.words import Unclear, simple_commands
from tutor.course.fill import fill
from tutor.course.load import load_course
from tutor.course.variables import resolve

LOOKS, CHANGES = Effect(sudo=False, changes=False), Effect(sudo=False, changes=True)
ROOT_LOOKS, ROOT_CHANGES = Effect(sudo=True, changes=False), Effect(sudo=True, changes=True)

SCRIPTS = {
    LOOKS: [
        "",
        "# sudo rm -rf /",
        "virsh list --all",
        "virsh -c qemu:///system dominfo 'my vm' | grep -i state",
        "LC_ALL=C virsh net-list --all",
        "id -nG",
        "ip -brief address show virbr0",
        "ip route",
        "systemctl status libvirtd",
        "ls -l /dev/kvm 2>&1",
        "cat f 2> /dev/null > /dev/null",
        "cat <<E\nsudo rm x\nE",
        "cat <<'E'\n$(rm x)\nE\nls",
        "for try in $(seq 60); do virsh domifaddr x | grep ipv4 && break; sleep 2; done",
        'mac=$(virsh domiflist x | awk \'$3 == "default" { print $5 }\')\necho "$mac"',
        "grep -q x f || echo 'no sudo here; rm -rf /'",
        "virsh snapshot-current x --name",
        "virsh desc x",
        "qemu-img info -U x",
        "nft list ruleset",
        "virt-install --version",
        "echo ${x:-y} $((1 + 2))",
        "diff <(ls a) <(ls b)",
        "tutor check install || true",
        "if ! grep -q x f; then ls; else cat f; fi",
        "{ ls; }; (ls | wc -l)",
        "case x in x) ls;; esac",
        "case $SHELL in\n  (*/zsh | */fish) ls ;;\n  *) ls\nesac | wc -l",
        "case x in esac; case x in x) case y in y) ls;; esac;; esac",
    ],
    CHANGES: [
        "virsh start x",
        "virsh",
        "virsh desc x 'new text'",
        "virsh snapshot-current x snap1",
        "rm -rf x",
        "ls > x",
        "echo y >> ~/.bashrc",
        "ls &> x",
        "ls $(touch x)",
        'ls "`touch x`"',
        "cat <<E\n$(touch x)\nE",
        "cat <<E",
        "ls 'unfinished",
        "f() { ls; }",
        "case x in x) rm y;; esac",
        "case x in x) ls;; *) touch y; esac",
        "case $(touch y) in x) ls;; esac",
        "case x in $(touch y)) ls;; esac",
        "case x in (esac) touch y;; esac",
        "case x in x) ls;; esac > y",
        "case x in x) case y in y) touch z;; esac;; esac",
        "case x in x) ls;& y) ls;; esac",
        "case x in x) ls",
        "ls;; ls",
        "esac",
        "awk '{ print > \"x\" }' y",
        "ip link del virbr9",
        "systemctl restart libvirtd",
        "qemu-img snapshot -c a x",
        "qemu-img check -r all x",
        "sed -i s/a/b/ x",
        "./ls --version",
        "anything --at --all",
        "ls; anything",
        "diff <(ls) <(touch x)",
        "env virsh list",
        "date --set tomorrow",
        "nft -f x",
        "iptables -A FORWARD -j ACCEPT",
        "iptables --append FORWARD",
        "for x in $(touch y); do ls; done",
        "ls $'\\x20'",
        "eval ls",
    ],
    ROOT_LOOKS: [
        "sudo qemu-img info x",
        "sudo -n nft list ruleset | grep -F virbr1",
        "sudo -u root ls",
        "ls && sudo cat x",
        "x=$(sudo cat y)",
        "sudo iptables -L FORWARD -n -v --line-numbers",
    ],
    ROOT_CHANGES: [
        "sudo apt install -y x",
        "sudo -i",
        "sudo",
        "if sudo nft list table ip x; then sudo nft insert rule ip x y accept; fi",
        "xargs sudo rm < x",
        "bash -c 'sudo ls'",
        "echo x | sudo tee y",
        "su - root",
        "pkexec ls",
        "sudo ls > x",
        "f() { sudo ls; }",
        "ls `sudo touch x`",
    ],
}


@pytest.mark.parametrize(("script", "said"), [(each, said) for said, of in SCRIPTS.items() for each in of])
def test_what_a_script_does(script: str, said: Effect) -> None:
    assert effect(script) == said


def test_each_of_the_courses_commands_is_understood() -> None:
    """None falls back to the worse for want of being read."""
    course = load_course(None, "sv")
    blocks = [fill(block, resolve(course)) for step in course.steps for block in step.blocks]
    for block in blocks:
        if block.kind in ("run", "no-run"):
            assert simple_commands(block.text)
            assert effect(block.text).sudo == ("sudo " in block.text)


#: What bash does not take as it stands; what follows it may make it whole.
BROKEN = {"cat <<E", "ls 'unfinished", "case x in x) ls", "ls;; ls", "esac"}

harmless = st.sampled_from(SCRIPTS[LOOKS])
worse = st.sampled_from([one for one in (*SCRIPTS[CHANGES], *SCRIPTS[ROOT_CHANGES]) if one not in BROKEN])


@given(st.lists(harmless), worse, st.lists(harmless), st.sampled_from(["\n", "\n\n", "\n# so\n"]))
def test_one_command_that_changes_makes_the_script_change(
    before: list[str], one: str, after: list[str], between: str
) -> None:
    assert effect(between.join([*before, one, *after])).changes


@given(st.lists(harmless), st.lists(harmless))
def test_sudo_is_seen_wherever_it_stands(before: list[str], after: list[str]) -> None:
    assert effect("\n".join([*before, "sudo ls", *after])).sudo


@given(st.text(alphabet="ab '\"\\$(){}`;&|<>#\n=!x", max_size=30))
def test_any_text_is_judged(script: str) -> None:
    """And what bash refuses to read is not said to be harmless, unless nothing of it runs."""
    said = effect(script)
    try:
        simple_commands(script)
    except Unclear:
        assert said.changes


@pytest.mark.parametrize("script", [each for of in SCRIPTS.values() for each in of])
def test_the_samples_are_bash(script: str) -> None:
    done = subprocess.run(["bash", "-n", "-c", script], capture_output=True, check=False)
    assert (done.returncode == 0 and not done.stderr) or script in BROKEN
