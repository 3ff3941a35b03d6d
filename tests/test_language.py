from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tutor import language
from tutor.errors import UsageError
from tutor.language import choose, translator


@pytest.mark.parametrize(
    ("environ", "chosen"),
    [
        ({}, "en"),
        ({"LANG": ""}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "sv_SE.UTF-8"}, "sv"),
        ({"LANG": "sv_FI@euro"}, "sv"),
        ({"LANG": "sv"}, "sv"),
        ({"LANG": "SV_se"}, "sv"),
        ({"LANG": "svx_XX"}, "en"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "nb_NO.UTF-8"}, "en"),
        ({"LANG": "tr_TR.UTF-8"}, "en"),
        ({"LANG": "sv_SE.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "sv_SE.UTF-8"}, "sv"),
        ({"LANG": "sv_SE.UTF-8", "LC_MESSAGES": "sv_SE.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "sv_SE.UTF-8", "LC_ALL": ""}, "sv"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "sv:en"}, "sv"),
        ({"LANG": "sv_SE.UTF-8", "LANGUAGE": "en"}, "en"),
        ({"LANG": "sv_SE.UTF-8", "LANGUAGE": "nb:da"}, "sv"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:sv_FI"}, "sv"),
        ({"LANG": "C", "LANGUAGE": "sv"}, "en"),
        ({"LANGUAGE": "sv"}, "en"),
        ({"LANG": "\udcff\x1b"}, "en"),
    ],
)
def test_the_locale_decides_as_gettext_reads_it(environ: dict[str, str], chosen: str) -> None:
    assert choose(None, None, environ) == chosen


def test_the_flag_wins_over_the_configuration_and_that_over_the_locale() -> None:
    environ = {"LANG": "sv_SE.UTF-8"}
    assert choose("sv", "en", {"LANG": "en_US"}) == "sv"
    assert choose(None, "en", environ) == "en"
    assert choose("", "", environ) == "sv"


def test_another_language_is_refused_with_a_tip() -> None:
    with pytest.raises(UsageError) as refused:
        choose("de", None, {})
    assert refused.value.what.render(str) == "There is no language de."
    assert refused.value.tip is not None
    assert refused.value.tip.render(str) == "Use one of: sv, en"


def test_english_is_the_message_itself() -> None:
    assert translator("en")("expected") == "expected"


def test_swedish_from_a_checkout() -> None:
    translate = translator("sv")
    assert translate("expected") == "förväntat"
    assert translate("a third party's sentence") == "a third party's sentence"
    assert translate("") == ""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of catalogues as an installation has it, with nothing in it yet."""
    monkeypatch.setattr(language, "_CATALOGUES", str(tmp_path))
    folder = tmp_path / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    return folder / "tutor.mo"


def test_swedish_from_an_installation(installed: Path) -> None:
    source = Path(language.__file__).parent / "locale/sv/LC_MESSAGES/tutor.po"
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes())))
    installed.write_bytes(compiled.getvalue())
    translate = translator("sv")
    assert translate("expected") == "förväntat"
    assert translate("a third party's sentence") == "a third party's sentence"
    assert translate("") == ""


def test_without_a_catalogue_it_is_english(installed: Path) -> None:
    assert not installed.exists()
    assert translator("sv")("expected") == "expected"


@pytest.mark.parametrize("content", [b"", b"not a catalogue", b"\xde\x12\x04\x95" + b"\xff" * 40])
def test_a_damaged_catalogue_costs_the_language_and_not_the_run(installed: Path, content: bytes) -> None:
    installed.write_bytes(content)
    assert translator("sv")("expected") == "expected"


def test_without_babel_a_checkout_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "babel.messages.pofile", None)
    assert translator("sv")("expected") == "expected"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a package of checks that has come, and brings no catalogue yet."""
    monkeypatch.setattr(language, "_packages", {})
    folder = tmp_path / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    language.add_catalogue(str(tmp_path / "none"), "other")
    language.add_catalogue(str(tmp_path), "plugin")
    return folder


PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
PO += 'msgid "theirs"\nmsgstr "deras"\nmsgid "expected"\nmsgstr "not this one"\n'


@pytest.mark.parametrize("compiled", [True, False])
def test_a_package_of_checks_brings_its_own(package: Path, compiled: bool) -> None:
    translate = translator("sv")  # one that was made before it came
    if compiled:
        with (package / "plugin.mo").open("wb") as file:
            write_mo(file, read_po(io.BytesIO(PO.encode())))
    else:
        (package / "plugin.po").write_text(PO)
    assert translate("theirs") == "deras"
    assert translate("expected") == "förväntat", "the tool's own words come first"
    assert translate("nobody's") == "nobody's"
    assert translate("") == ""
    assert translator("en")("theirs") == "theirs"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plugin.po", b"\xff\xfe"),
        ("plugin.po", PO.replace("utf-8", "nothing-8").encode()),
        ("plugin.po", b'msgid "theirs\nmsgstr "deras'),
        ("plugin.mo", b"no catalogue"),
        ("plugin.mo", b""),
    ],
)
def test_a_damaged_one_costs_its_language_and_not_the_run(package: Path, name: str, content: bytes) -> None:
    (package / name).write_bytes(content)
    assert translator("sv")("theirs") == "theirs"
    assert translator("sv")("expected") == "förväntat"


def test_a_turkish_locale_breaks_nothing() -> None:
    code = (
        "import locale, os\n"
        "try: locale.setlocale(locale.LC_ALL, '')\n"
        "except locale.Error: pass\n"
        "from tutor.language import choose\n"
        "print(choose('SV_FI', None, os.environ), choose(None, None, {'LANG': 'SV_FI'}))"
    )
    environ = {"LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr"}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30, env=environ
    )
    assert run.stdout == "sv sv\n"


def test_choosing_imports_neither_gettext_nor_locale_nor_babel() -> None:
    code = (
        "import sys; from tutor.language import choose, translator\n"
        "translator(choose(None, None, {'LANG': 'en_US.UTF-8'}))\n"
        "print(*sorted({'gettext', 'locale', 'babel'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert run.stdout.split() == []
