"""Archives as hostile as they may be: what cannot be had is named, and the rest is read."""

from __future__ import annotations

import os
import stat
import struct
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.report.generate import make
from tutor.errors import UsageError
from tutor.report import archives
from tutor.report.sources import Found, Reader, find

LINE = make(1, name="fresh").line
Entries = dict[str, bytes]


def packed(entries: Entries, change: Callable[[zipfile.ZipInfo], None] = lambda _info: None) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            file.writestr(info, content)
    return buffer.getvalue()


def found_in(folder: Path, content: bytes, name: str = "submissions.zip") -> Found:
    path = folder / name
    path.write_bytes(content)
    return find([str(path)])


def reasons(found: Found) -> dict[str, str]:
    return {name.rpartition(": ")[2]: refusal.code for name, refusal in found.refused}


def contents(found: Found) -> list[bytes | str]:
    reader = Reader()
    try:
        return [reader.content(source) for source in found.sources]
    finally:
        reader.close()


def test_what_canvas_gives(tmp_path: Path) -> None:
    names = [
        "almanna_1_11_s.tutor",
        "almanna_1_12_screen.png",
        "berbo_LATE_2_13_s-1.tutor",
        "x_3_14_renamed.txt",
    ]
    files = {name: LINE if "png" not in name else b"\x89PNG" for name in names}
    found = found_in(tmp_path, packed(files))
    assert [(one.platform, one.account, one.late) for one in found.sources] == [
        ("canvas", "1", False),
        ("canvas", "2", True),
        ("canvas", "3", False),
    ]
    assert contents(found) == [LINE] * 3
    assert found.passed_over == 1
    assert not found.refused


def test_what_moodle_gives(tmp_path: Path) -> None:
    files = {
        "Anna Alm_77_assignsubmission_file/s.tutor": LINE,
        "Anna Alm_77_assignsubmission_onlinetext/onlinetext.html": b"<p>",
        "Bo Ek_78_assignsubmission_file_s.tutor": LINE,
        "__MACOSX/._s.tutor": b"litter",
    }
    found = found_in(tmp_path, packed(files))
    assert [(one.platform, one.account, one.account_name) for one in found.sources] == [
        ("moodle", "77", "Anna Alm"),
        ("moodle", "78", "Bo Ek"),
    ]
    assert found.passed_over == 1


def test_an_archive_of_a_student_s_is_opened_and_no_further(tmp_path: Path) -> None:
    inner = packed({"deep/s.tutor": LINE, "again.zip": packed({"s.tutor": LINE}), "notes.txt": b"?"})
    found = found_in(tmp_path, packed({"almanna_1_11_all.zip": inner, "berbo_2_12_bad.zip": b"PK no"}))
    assert [(one.account, one.members) for one in found.sources] == [("1", (0, 0))]
    assert contents(found) == [LINE]
    assert reasons(found) == {"again.zip": "nested", "berbo_2_12_bad.zip": "no-archive"}


def _mode(mode: int) -> Callable[[zipfile.ZipInfo], None]:
    def change(info: zipfile.ZipInfo) -> None:
        info.create_system, info.external_attr = 3, mode << 16

    return change


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_what_is_no_file_is_not_read(tmp_path: Path, kind: int) -> None:
    found = found_in(tmp_path, packed({"s.tutor": b"/etc/shadow"}, _mode(kind | 0o777)))
    assert reasons(found) == {"s.tutor": "not-a-file"}


@pytest.mark.parametrize(
    "name", ["../s.tutor", "/etc/s.tutor", "a/../../s.tutor", "..\\s.tutor", "C:\\s.tutor"]
)
def test_names_that_lead_out(tmp_path: Path, name: str) -> None:
    before = set(tmp_path.parent.rglob("*"))
    found = found_in(tmp_path, packed({name: LINE, "good.tutor": LINE}))
    assert [refusal.code for _, refusal in found.refused] == ["unsafe-name"]
    assert len(contents(found)) == 1
    assert set(tmp_path.parent.rglob("*")) - before == {tmp_path / "submissions.zip"}


def test_two_of_one_name_are_neither(tmp_path: Path) -> None:
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(buffer, "w") as file:
            for name in ("s.tutor", "s.tutor", "t.tutor"):
                file.writestr(name, LINE)
    found = found_in(tmp_path, buffer.getvalue())
    assert [refusal.code for _, refusal in found.refused] == ["duplicate", "duplicate"]
    assert len(found.sources) == 1


def test_encrypted_ones_are_named(tmp_path: Path) -> None:
    content = bytearray(packed({"s.tutor": LINE}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert reasons(found_in(tmp_path, bytes(content))) == {"s.tutor": "encrypted"}


def test_other_ways_of_packing_are_named(tmp_path: Path) -> None:
    def change(info: zipfile.ZipInfo) -> None:
        info.compress_type = zipfile.ZIP_LZMA

    assert reasons(found_in(tmp_path, packed({"s.tutor": LINE}, change))) == {"s.tutor": "compression"}


def test_a_bomb_costs_nothing(tmp_path: Path) -> None:
    bomb = packed({"s.tutor": b"0" * (300 * 1024 * 1024)})
    tracemalloc.start()
    found = found_in(tmp_path, bomb)
    assert not found.sources
    assert [refusal.code for _, refusal in found.refused] == ["bomb"]
    assert tracemalloc.get_traced_memory()[1] < 16 * 1024 * 1024
    tracemalloc.stop()


def test_one_bomb_among_many_is_refused_alone(tmp_path: Path) -> None:
    files = {f"{number}.tutor": os.urandom(100_000) for number in range(30)}
    found = found_in(tmp_path, packed({**files, "bomb.tutor": b"0" * 5_000_000}))
    assert reasons(found) == {"bomb.tutor": "bomb"}
    assert len(found.sources) == 30


def test_a_size_that_lies_does_not_make_us_read_more(tmp_path: Path) -> None:
    """The directory says ten bytes of two million: what is read is ten, and their checksum is wrong."""
    content = bytearray(packed({"s.tutor": os.urandom(2_000_000)}))
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 10)
    found = found_in(tmp_path, bytes(content))
    with pytest.raises(archives.ArchiveRefused) as refused:
        contents(found)
    assert refused.value.refusal.code == "damaged"


def test_more_entries_than_there_are(tmp_path: Path) -> None:
    """A zip64 end that claims more than anybody would read, and one that points nowhere."""
    plain = packed({"s.tutor": LINE})
    end = plain.index(b"PK\x05\x06")
    head, tail = plain[:end], bytearray(plain[end:])
    tail[8:20] = struct.pack("<HHII", 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 2**40, 2**40, 2**50, end)
    for at in (end, 2**60):
        locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
        found = found_in(tmp_path, head + record + locator + bytes(tail))
        assert not found.sources
        assert found.refused[0][1].code in {"too-many", "damaged"}


def test_thousands_of_members(tmp_path: Path) -> None:
    begun = time.process_time()
    found = found_in(tmp_path, packed({f"x_{number}_1_s.tutor": LINE[:100] for number in range(3000)}))
    assert len(found.sources) == 3000
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x05\x06", b"PK\x05\x06" + b"\xff" * 18, b"\0" * 100_000]
)
def test_no_archive_at_all(tmp_path: Path, content: bytes) -> None:
    found = found_in(tmp_path, content)
    assert not found.sources
    assert len(found.refused) == 1


def test_folders_fifos_and_links(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner/s.tutor").write_bytes(LINE)
    (folder / "renamed.txt").write_bytes(LINE)
    (folder / "notes.txt").write_text("notes")
    (folder / "roster.csv").write_text("id\n")
    os.mkfifo(folder / "fifo.tutor")
    (folder / "link.tutor").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    (folder / "many.zip").write_bytes(packed({"s.tutor": LINE}))
    found = find([str(folder)])
    assert [os.path.relpath(one.name, folder) for one in found.sources] == [
        "many.zip: s.tutor",
        "renamed.txt",
        "inner/s.tutor",
    ]
    assert [refusal.code for _, refusal in found.refused] == ["not-a-file", "not-a-file"]
    assert found.passed_over == 2


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    for name in ("nothing", "nul\0", "x" * 5000):
        with pytest.raises(UsageError):
            find([str(tmp_path / name)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.data())
def test_any_damage_is_a_reason_and_never_an_error(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(packed({"a_1_2_s.tutor": LINE[:3000], "b.zip": packed({"s.tutor": LINE[:500]})}))
    for _ in range(data.draw(st.integers(1, 8))):
        # The directory at the end is where damage does most.
        place = data.draw(
            st.integers(0, len(content) - 1) | st.integers(len(content) - 250, len(content) - 1)
        )
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 40) | st.just(0))
    found = found_in(tmp_path, bytes(content[: len(content) - cut]))
    reader = Reader()
    for source in found.sources:
        try:
            reader.content(source)
        except archives.ArchiveRefused as refused:
            assert refused.refusal.code  # noqa: PT017 - either is right
    reader.close()
