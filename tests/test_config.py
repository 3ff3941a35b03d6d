"""The student's configuration: read, refused with a place and a next step, written whole."""

from __future__ import annotations

import json
import os
import resource
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journal.processes import run
from tutor.config import Config, Identity, config_path, load
from tutor.config.changing import set_value, unset_value
from tutor.config.keys import KEYS
from tutor.errors import UsageError

WHOLE = """{
  "language": "sv",
  "identity": {
    "name": "Åsa Öberg",
    "email": "asa@example.org",
    "student_id": "asob0001"
  },
  "variables": {
    "domain": "vm-nat"
  }
}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "libvirt-tutor" / "config.json"


def written(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path) -> str:
    """The message that ``load`` refuses the file with."""
    with pytest.raises(UsageError) as caught:
        load(path)
    assert caught.value.tip is not None
    assert caught.value.tip.render(str)
    message = caught.value.what.render(str)
    assert str(path) in message
    return message


def test_the_defaults(path: Path) -> None:
    assert load(path) == Config(None, Identity(None, None, None), {})
    assert not path.parent.exists()


def test_the_place() -> None:
    assert config_path({"HOME": "/home/s"}) == "/home/s/.config/libvirt-tutor/config.json"


def test_everything_is_read(path: Path) -> None:
    identity = Identity("Åsa Öberg", "asa@example.org", "asob0001")
    whole = Config("sv", identity, {"domain": "vm-nat"})
    assert load(written(path, WHOLE)) == whole
    assert load(written(path, b"\xef\xbb\xbf" + WHOLE.encode())) == whole


def test_set_and_unset(path: Path) -> None:
    set_value(path, "identity.name", "Åsa Öberg")
    set_value(path, "variables.disk_path", "/srv/min disk.qcow2")
    config = set_value(path, "language", "en")
    assert config == load(path)
    assert config == Config("en", Identity("Åsa Öberg"), {"disk_path": "/srv/min disk.qcow2"})
    assert "Åsa" in path.read_text(encoding="utf-8")
    assert unset_value(path, "variables.disk_path").variables == {}
    assert unset_value(path, "variables.disk_path") == load(path)
    assert json.loads(path.read_text()) == {"identity": {"name": "Åsa Öberg"}, "language": "en"}
    unset_value(path, "language")
    assert unset_value(path, "identity.name") == Config()


def test_file_and_folders_are_private(path: Path) -> None:
    old = os.umask(0)
    try:
        set_value(path, "language", "sv")
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_link_to_dotfiles_stays_a_link(path: Path, tmp_path: Path) -> None:
    real = written(tmp_path / "dotfiles/tutor.json", WHOLE)
    path.parent.mkdir(parents=True)
    path.symlink_to(real)
    set_value(path, "language", "en")
    assert path.is_symlink()
    assert load(real).language == "en"


@pytest.mark.parametrize(
    ("content", "line", "named"),
    [
        ("{", 1, "JSON"),
        ("", 1, "JSON"),
        ('{\n  "language": sv\n}\n', 2, "JSON"),
        ('{\n  "language": "sv"\n  "identity": {}\n}', 3, "column 3"),
        ("[]", 1, "object"),
        ('{\n  "langauge": "sv"\n}', 2, "no key langauge"),
        ('{\n  "identity": {\n    "mail": "a@b"\n  }\n}', 3, "no key identity.mail"),
        ('{\n  "variables": {\n    "a-b": "x"\n  }\n}', 3, "no key variables.a-b"),
        ('{\n  "variables": {\n    "port": 8080\n  }\n}', 3, "variables.port"),
        ('{\n  "identity": {"name": "language"},\n  "language": "svenska"\n}', 3, "language code"),
        ('{\n\n  "identity": "Åsa"}', 3, "object of names"),
        ('{\n\n  "variables": null}', 3, "object of names"),
        ('{\n  "identity": {\n    "email": "nobody"}}', 3, "e-mail"),
        ('{\n  "identity": {\n    "student_id": "a b"}}', 3, "student id"),
        ('{\n  "identity": {\n    "name": "a\\u202eb"}}', 3, "identity.name"),
        ('{\n  "language": "sv",\n  "language": "en"\n}', 3, "language is set twice"),
        ('{\n  "\\u00e5": 1\n}', 2, "no key å"),
        (b'{\n  "language": "\xff"\n}', 2, "UTF-8"),
    ],
)
def test_malformed(path: Path, content: str | bytes, line: int, named: str) -> None:
    message = refused(written(path, content))
    assert f"{path}, line {line}: " in message
    assert named in message


@pytest.mark.parametrize(
    "content",
    ["[" * 100_000, "1" * 5000, '{"language": "' + "x" * (1 << 20) + '"}'],
    ids=["deep", "digits", "large"],
)
def test_hostile(path: Path, content: str) -> None:
    refused(written(path, content))


@pytest.mark.parametrize("thing", ["folder", "fifo", "loop", "below a file"])
def test_something_in_place_of_the_file(path: Path, thing: str) -> None:
    path.parent.mkdir(parents=True)
    if thing == "folder":
        path.mkdir()
    elif thing == "fifo":
        os.mkfifo(path)
    elif thing == "loop":
        path.symlink_to(path)
    else:
        path = written(path, "{}") / "config.json"
    started = time.monotonic()
    refused(path)
    with pytest.raises(UsageError):
        set_value(path, "language", "sv")
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "key",
    ["", ".", "langauge", "identity", "identity.", "variables", "variables.", "variables.a-b", "language.x"],
)
def test_an_unknown_key(path: Path, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        set_value(path, key, "sv")
    with pytest.raises(UsageError):
        unset_value(path, key)
    assert caught.value.tip is not None
    assert all(each in caught.value.tip.render(str) for each in KEYS)
    assert not path.exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("language", value) for value in ("", "s", "SV", "sv_SE", "sv\n", "å", "12")),
        *(("identity.name", value) for value in ("", " ", "a\nb", "a\x1b[31m", "\udc80", "x" * 201)),
        *(("identity.email", value) for value in ("a", "@", "a@", "@b", "a b@c", "a@b\n")),
        *(("identity.student_id", value) for value in ("", "a b", "a\tb")),
        *(("variables.disk", value) for value in ("", "a\0b", "a\nb", "x" * 4097)),
    ],
)
def test_a_value_of_the_wrong_shape(path: Path, key: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        set_value(path, key, value)
    assert key in caught.value.what.render(str)
    assert not path.exists()


def test_a_malformed_file_is_not_overwritten(path: Path) -> None:
    written(path, "{")
    with pytest.raises(UsageError):
        set_value(path, "language", "sv")
    assert path.read_text() == "{"


def test_a_full_disk_leaves_the_old_file(path: Path) -> None:
    written(path, WHOLE)

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
        with pytest.raises(UsageError):
            set_value(path, "language", "en")

    assert run(fill) == 0
    assert path.read_text(encoding="utf-8") == WHOLE
    assert [each.name for each in path.parent.iterdir()] == [path.name]


PRINTABLE = st.text(min_size=1, max_size=40).filter(lambda value: value.isprintable() and value.strip())
NAMES = st.from_regex(r"\A[a-z_][a-z0-9_]{0,10}\Z")


@given(variables=st.dictionaries(NAMES, PRINTABLE, max_size=5), name=PRINTABLE)
def test_what_is_set_is_read_back(variables: dict[str, str], name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.json")
        set_value(path, "identity.name", name)
        for key, value in variables.items():
            set_value(path, f"variables.{key}", value)
        assert load(path) == Config(identity=Identity(name), variables=variables)
        for key in variables:
            unset_value(path, f"variables.{key}")
        assert load(path) == Config(identity=Identity(name))
