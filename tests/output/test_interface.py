from __future__ import annotations

import io
import subprocess
import sys

import pytest

from tests.output.grades import every_outcome
from tutor.output.interface import FORMATS, FormatName, find, write
from tutor.output.style import Style


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_pure_and_ends_its_last_line(name: FormatName) -> None:
    document = find(name)(every_outcome(), str, Style())
    assert document == find(name)(every_outcome(), str, Style())
    assert document.endswith("\n")
    assert not document.endswith("\n\n")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_written_to_any_stream(name: FormatName, encoding: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    document = find(name)(every_outcome(), str, Style())
    write(document, stream, name)
    stream.flush()
    written = stream.buffer.getvalue()
    if name != "text" or encoding == "utf-8":
        assert written.decode() == document
    else:
        assert b"\\u2713 pass" in written


def test_only_the_chosen_format_is_imported() -> None:
    code = (
        "import sys, tutor.output.interface as i; i.find('text')\n"
        "print(*sorted({'xml', 'json', 'gettext', 'locale', 'shutil', 'subprocess', 'babel',"
        " 'tutor.output.tap'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert run.stdout.split() == []
