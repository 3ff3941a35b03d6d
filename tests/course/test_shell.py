"""Values in commands, judged by what a real bash makes of them."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tutor.course.shell import substitute_shell

BASH = shutil.which("bash") or ""
pytestmark = pytest.mark.skipif(not BASH, reason="needs bash")

HOME = "/home/a student's"


def run(script: str) -> str:
    """What an interactive bash prints: with history expansion, and nobody's start-up files."""
    done = subprocess.run(
        [BASH, "--norc", "--noprofile", "-i"],
        input=f"set -o history -o histexpand\nPS1= PS2=\n{script}\n",
        env={"HOME": HOME, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HISTFILE": "/dev/null"},
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,  # no terminal to take over
    )
    return done.stdout


def plain(script: str) -> str:
    """What a bash that is not interactive prints."""
    env = {"HOME": HOME, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([BASH, "-c", script], env=env, capture_output=True, text=True, check=True)
    return done.stdout


#: Scripts that write the value as one word, and what they write.
PLACES = {
    "bare": ("printf '[%s]' ${v}", "[{v}]"),
    "inside a word": ("printf '[%s]' x${v}x", "[x{v}x]"),
    "double quotes": ("printf '[%s]' \"a ${v}\"", "[a {v}]"),
    "single quotes": ("printf '[%s]' 'a ${v}'", "[a {v}]"),
    "after quotes": ("printf '[%s]' \"it's\"'\"'\\'\"${v}\"", "[it's\"'{v}]"),
    "a comment before": ("# it's \"so\n: # don't\nprintf '[%s]' ${v}", "[{v}]"),
    "hash in a word": ("printf '[%s]' a#'${v}'", "[a#{v}]"),
    "command substitution": ("printf '[%s]' \"$(printf '(%s)' ${v})\"", "[({v})]"),
    "quotes in a substitution": ("printf '[%s]' \"$(printf '%s' '${v}' \")\")\"", "[{v})]"),
    "subshell": ("(printf '[%s]' ${v})", "[{v}]"),
    "here-document": ("cat <<EOF\n${v}\nEOF\nprintf '[%s]' ${v}", "{v}\n[{v}]"),
    "quoted here-document": ("cat <<'E F'\n${v}\nE F\nprintf '[%s]' ${v}", "{v}\n[{v}]"),
    "two here-documents": ("cat - <<A /dev/fd/3 3<<'B'\n'${v}\nA\n\"${v}\nB\n", "'{v}\n\"{v}\n"),
    "after a here-document": ("cat <<-EOF\n\tit's \"so\n\tEOF\nprintf '[%s]' ${v}", "it's \"so\n[{v}]"),
    "arithmetic before": (": $((1 << 2)) \"$(( (1) << 1 ))\"\n((2 << 2))\nprintf '[%s]' ${v}", "[{v}]"),
    "here-string": ('cat <<< "["${v}"]"', "[{v}]\n"),
}

NAMES = st.text(
    alphabet=st.one_of(
        st.sampled_from(" '\"\\$`!#&|;()<>*?[]{}~=%-"),
        st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]),
    ),
    min_size=1,
    max_size=12,
).filter(lambda name: name == name.strip() and "/" not in name)


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=25, deadline=None)
@given(name=NAMES)
@example(name="it's")
@example(name="a\"b'c$d`e\\f!g")
@example(name="$(touch x)")
@example(name="~")
@example(name="*")
def test_the_shell_sees_the_value_itself(place: str, name: str) -> None:
    script, written = PLACES[place]
    assert plain(substitute_shell(script, {"v": name})) == written.replace("{v}", name)


@pytest.mark.parametrize("place", ["bare", "double quotes", "single quotes"])
def test_history_is_left_alone_in_an_interactive_shell(place: str) -> None:
    script = substitute_shell(PLACES[place][0], {"v": "wow!x !! !$"})
    assert run(f"echo before\n{script}").endswith("wow!x !! !$]")


@pytest.mark.parametrize(
    ("script", "after"),
    [
        ("cat ${f}", "cat ~/'my vm.xml'"),
        ("cat >${f}", "cat >~/'my vm.xml'"),
        ('cat "${f}"', 'cat "$HOME/my vm.xml"'),
        ("x --file=${f}", "x --file=\"$HOME\"/'my vm.xml'"),
        ("cat <<EOF\n${f}\nEOF", "cat <<EOF\n$HOME/my vm.xml\nEOF"),
        ("echo '${f}'", "echo '~/my vm.xml'"),
    ],
)
def test_the_home_folder_is_still_the_shells_to_fill_in(script: str, after: str) -> None:
    assert substitute_shell(script, {"f": "~/my vm.xml"}) == after


def test_the_home_folder_is_found() -> None:
    for script in ("echo ${f}", 'echo "${f}"', "echo x=${f} | sed s/x=//", "cat <<EOF\n${f}\nEOF"):
        assert plain(substitute_shell(script, {"f": "~/vm.xml"})) == f"{HOME}/vm.xml\n"


def test_ordinary_values_stay_readable() -> None:
    script = "virsh -c ${uri} start ${vm}\nssh -p ${port} \"$USER@${ip}\" '${mac}' $${HOME} ${unknown}\n"
    values: dict[str, str | int] = {
        "uri": "qemu:///system",
        "vm": "my-vm",
        "port": 22,
        "ip": "10.0.0.1",
        "mac": "52:54:00:aa:bb:cc",
    }
    assert substitute_shell(script, values) == (
        "virsh -c qemu:///system start my-vm\n"
        "ssh -p 22 \"$USER@10.0.0.1\" '52:54:00:aa:bb:cc' ${HOME} ${unknown}\n"
    )


@given(st.text(alphabet="${v}'\"\\()<E\n# ", max_size=40))
def test_no_script_is_too_strange(script: str) -> None:
    assert substitute_shell(script, {}) == script.replace("$${", "${") or "$$" in script
