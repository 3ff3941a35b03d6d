"""Help that teaches, and complaints that do: in both languages, at every width, for every command."""

from __future__ import annotations

import shlex

import pytest
import typer.main
from typer._click.core import Context
from typer.core import TyperGroup

from tests.commands.tool import Tool
from tutor.cli import app
from tutor.commands.examples import EXAMPLES, SEE_ALSO
from tutor.commands.manual import contexts, manual
from tutor.language import translator
from tutor.output.cells import cells
from tutor.output.help import Manual, render_help
from tutor.output.style import Style

ROOT = typer.main.get_command(app)
#: Names that are the same in both languages.
SAME = {"Argument", "N", "sv|en"}


CONTEXTS = {context.command_path: context for context in contexts(Context(ROOT, info_name="tutor"))}


def manual_in(language: str, name: str) -> Manual:
    return manual(CONTEXTS[name], translator("sv" if language == "sv" else "en"))


@pytest.mark.parametrize("name", CONTEXTS)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_line_is_too_wide(name: str, language: str) -> None:
    translate = translator("sv" if language == "sv" else "en")
    page = manual(CONTEXTS[name], translate)
    whole = {entry.name for entries in (page.options, page.examples, page.commands) for entry in entries}
    for width in (40, 59, 60, 80, 100):
        for plain in (False, True):
            lines = render_help(page, translate, Style(width=width, plain=plain, ascii=plain)).splitlines()
            wide = [line for line in lines if cells(line) > width]
            # A name that is to be typed stays whole.
            assert all(line.strip() in whole or " " not in line.strip() for line in wide), wide


@pytest.mark.parametrize("name", CONTEXTS)
def test_everything_is_said_in_swedish(name: str) -> None:
    swedish, english = manual_in("sv", name), manual_in("en", name)
    pairs = [*zip(swedish.paragraphs, english.paragraphs, strict=True)]
    for field in ("arguments", "options", "commands", "examples"):
        for one, other in zip(getattr(swedish, field), getattr(english, field), strict=True):
            pairs.append((one.meaning, other.meaning))
    assert pairs
    assert [other for one, other in pairs if one == other and one not in SAME] == []
    assert swedish.usage != english.usage


@pytest.mark.parametrize("name", CONTEXTS)
def test_everything_is_explained(name: str) -> None:
    page = manual_in("en", name)
    assert page.paragraphs[0].endswith(".")
    entries = (*page.arguments, *page.options, *page.commands)
    assert [entry.name for entry in entries if not entry.meaning.endswith(".")] == []


@pytest.mark.parametrize("name", CONTEXTS)
def test_every_command_has_an_example(name: str) -> None:
    """A new verb gets its own in tutor/commands/examples.py."""
    assert manual_in("en", name).examples
    assert {f"tutor {verb}" for verb in SEE_ALSO.get(name.partition(" ")[2], ())} <= {
        *CONTEXTS,
        # Verbs of this version that are being made: this line goes when they are there.
        *(f"tutor {verb}" for verb in ("learn", "watch", "doctor", "reset", "cleanup", "support")),
    }


@pytest.mark.parametrize("example", [typed for each in EXAMPLES.values() for typed, _ in each])
def test_every_example_can_be_parsed(example: str) -> None:
    for command in example.partition(" > ")[0].split(" | "):
        program, *words = shlex.split(command)
        if program != "tutor" or (words and f"tutor {words[0]}" not in CONTEXTS):
            continue
        context = ROOT.make_context("tutor", list(words))
        while isinstance(context.command, TyperGroup) and (rest := [*context._protected_args, *context.args]):
            verb, below, words = context.command.resolve_command(context, rest)
            assert below is not None
            context = below.make_context(verb, words, parent=context)


def test_plain_is_sentences(packaged: Tool) -> None:
    lines = packaged.run("check", "--help", "--plain").lines
    assert "Option --record FILE: Store what was observed." in lines
    assert "Example tutor check install: one lesson" in lines
    assert not any(line.startswith("  ") and "  " in line.strip() for line in lines)


def test_colour_when_it_is_wanted(packaged: Tool) -> None:
    assert "\x1b" not in packaged.run("--help").out
    forced = packaged.with_environment(FORCE_COLOR="1")
    assert "\x1b[36mtutor check\x1b[0m" in forced.run("--help").out
    assert "\x1b" not in forced.run("--help", "--no-color").out
    assert "\x1b" not in forced.with_environment(NO_COLOR="1").run("--help").out


@pytest.mark.parametrize(
    "words",
    [
        ("--lang", "sv", "--help"),
        ("--help", "--lang=sv"),
        ("list", "--help", "--lang", "sv"),
        ("--lang", "sv", "list", "-h"),
        ("--lang", "en", "list", "-h", "--lang", "sv"),
    ],
)
def test_help_follows_the_option_wherever_it_stands(packaged: Tool, words: tuple[str, ...]) -> None:
    assert packaged.run(*words).lines[0].startswith("Användning: tutor")


def test_help_follows_the_configuration_and_the_locale(packaged: Tool) -> None:
    assert packaged.with_environment(LANG="sv_SE.UTF-8").run("-h").lines[0].startswith("Användning")
    packaged.run("config", "language", "sv")
    assert packaged.run("-h").lines[0].startswith("Användning")
    assert packaged.run("-h", "--lang", "en").lines[0].startswith("Usage")


def test_help_whatever_is_broken(packaged: Tool) -> None:
    folder = packaged.home / ".config/libvirt-tutor"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{")
    assert packaged.run("list", "-h").lines[0].startswith("Usage: tutor list")
    ascii_only = packaged.without("PYTHONUTF8").with_environment(LC_ALL="C", PYTHONIOENCODING="ascii")
    assert r"Anv\xe4ndning" in ascii_only.run("-h", "--lang", "sv").out


COMPLAINTS = {
    ("show",): ("STEG saknas", "Exempel: tutor show install/libvirt; mer: tutor show --help"),
    ("validate",): ("FIL... saknas", "Exempel: tutor validate vm.xml net.xml; mer: tutor validate --help"),
    ("chekc",): ("det finns inget kommando tutor chekc", "Menade du check?"),
    ("frobnicate",): ("det finns inget kommando tutor frobnicate", "`tutor --help` visar dem."),
    ("author", "lin"): ("det finns inget kommando tutor author lin", "Menade du lint?"),
    ("author",): ("tutor author behöver få veta vad", "Använd något av: lint, new, preview, checks, prove"),
    ("list", "--formt", "x"): ("tutor list har ingen flagga --formt", "Menade du --format?"),
    ("list", "-x"): ("tutor list har ingen flagga -x", "se: tutor list --help"),
    ("list", "--format", "xml"): ("--format kan inte vara xml", "Använd något av: text, json"),
    ("list", "--format"): ("--format behöver ett värde", "se: tutor list --help"),
    ("list", "--plain=1"): ("--plain tar inget värde", "se: tutor list --help"),
    ("hint", "a/b", "--level", "y"): (
        "--level behöver ett heltal, inte y",
        "se: tutor hint --help",
    ),
    ("list", "a", "b"): (
        "tutor list tar inte a b",
        "Exempel: tutor list; mer: tutor list --help",
    ),
    ("show", "a\x1b[2J/b", "\x1b]0;x"): (
        r"tutor show tar inte \x1b]0;x",
        "Exempel: tutor show install/libvirt; mer: tutor show --help",
    ),
}


@pytest.mark.parametrize("words", COMPLAINTS)
def test_complaints_are_in_swedish_and_have_a_next_step(packaged: Tool, words: tuple[str, ...]) -> None:
    done = packaged.with_environment(LANG="sv_SE.UTF-8", COLUMNS="200").run(*words, code=2)
    what, tip = COMPLAINTS[words]
    assert done.err.splitlines() == [f"fel: {what}", f"tips: {tip}"]
    assert done.out == ""
