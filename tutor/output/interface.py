"""What an output format is, and where each is found."""

from __future__ import annotations

from typing import Literal, Protocol, TextIO

from tutor.grading.verdict import Grade
from tutor.output.streams import lost
from tutor.output.style import Style
from tutor.text import Translate

FormatName = Literal["text", "json", "junit", "tap"]
FORMATS: tuple[FormatName, ...] = ("text", "json", "junit", "tap")


class Format(Protocol):
    """A pure function: the same grade, language and style give the same document."""

    def __call__(self, grade: Grade, translate: Translate, style: Style, /) -> str:
        """The whole document, with its last newline. Machine formats take no heed of the style."""


def find(name: FormatName) -> Format:
    """The format of that name. Only the chosen one is imported: xml and json are not free."""
    if name == "json":
        from tutor.output.json_document import render
    elif name == "junit":
        from tutor.output.junit import render
    elif name == "tap":
        from tutor.output.tap import render
    else:
        from tutor.output.text import render
    return render


def write(document: str, stream: TextIO, name: FormatName) -> None:
    """Write a document so that no locale can break it.

    Machine formats are UTF-8 by definition, whatever the stream's encoding. Text goes in the
    stream's own, with escapes for what that lacks.

    :raises UsageError: when it cannot be written: the disk is full.
    :raises BrokenPipeError: when nobody reads it.
    """
    try:
        if name == "text":
            encoding = stream.encoding or "utf-8"
            stream.write(document.encode(encoding, "backslashreplace").decode(encoding))
        else:
            stream.flush()
            stream.buffer.write(document.encode())
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise lost(stream, error) from None
