"""What every command needs: language, look, configuration, course, and the host to look at."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from tutor import config as configuration
from tutor.commands.settings import of_the_student
from tutor.course.load import load_course
from tutor.course.records import Course
from tutor.course.variables import Layer, resolve
from tutor.dataclass import dataclass, field
from tutor.errors import UsageError
from tutor.folders import NoHomeError
from tutor.journal.journal import Journal
from tutor.language import Language, choose, translator
from tutor.output.cells import wrap
from tutor.output.interface import FormatName
from tutor.output.style import Style
from tutor.output.transient import Transient
from tutor.text import Text, Translate, text

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """The options that commands share, as given."""

    format: FormatName = "text"
    lang: str | None = None
    no_color: bool = False
    plain: bool = False
    verbose: bool = False
    course: Path | None = None
    evidence: Path | None = None
    course_config: Path | None = None
    variables: tuple[str, ...] = ()


@dataclass
class Session:
    """One run of one command. What it does not use is never read.

    :param unattended: nobody is to be asked or kept waiting: a glance must not stop for a password.
    """

    options: Options
    unattended: bool = False
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)

    @cached_property
    def config(self) -> configuration.Config:
        """The student's configuration; the defaults for a recorded host and without a home."""
        if self.options.evidence is not None:
            return configuration.Config()
        try:
            return configuration.load(configuration.config_path(os.environ))
        except NoHomeError:
            return configuration.Config()

    @cached_property
    def language(self) -> Language:
        """The language of the interface."""
        configured = None if self.options.lang else self.config.language
        return choose(self.options.lang, configured, os.environ)

    @cached_property
    def translate(self) -> Translate:
        """From message ids to sentences."""
        return translator(self.language)

    @cached_property
    def style(self) -> Style:
        """The look of standard output."""
        return self.style_of(self.out)

    def resized(self) -> None:
        """The terminal may have another size now: the look of standard output is decided anew."""
        self.__dict__.pop("style", None)

    @cached_property
    def error_style(self) -> Style:
        """The look of standard error."""
        return self.style_of(self.err)

    @cached_property
    def course(self) -> Course:
        """The course, in the language of the interface as far as it is translated, as this class has it."""
        path = self._course_config  # first: a home folder that does not answer is found out by what may wait
        with self.transient() as line:
            course = load_course(
                self.options.course,
                self.language,
                lambda: line.show(text("reading the course").render(self.translate)),
            )
        if path is None:
            return course
        from tutor.course.course_config import configured  # few have one

        return configured(course, path)

    @property
    def _course_config(self) -> str | None:
        """The instructor's course file: the option's, else the student's configuration's."""
        given = self.options.course_config
        return self.config.course_config if given is None else os.fspath(given)

    @cached_property
    def values(self) -> dict[str, str | int]:
        """The course's variables: ``--var`` first, the student's configuration, then the class's course."""
        given = dict(_assignment(word) for word in self.options.variables)
        return resolve(
            self.course,
            Layer(text("--var"), given),
            Layer(text("the configuration"), of_the_student(self.course, self.config.variables)),
        )

    @cached_property
    def journal(self) -> Journal:
        """What happened earlier.

        :raises JournalError: when there is no home to keep it in.
        """
        return Journal.of(os.environ)

    @property
    def interactive(self) -> bool:
        """Whether a person is there to be asked."""
        asked = self.options.format == "text" and not self.unattended
        return asked and sys.stdin.isatty() and self.err.isatty()

    def transient(self) -> Transient:
        """A line for what takes long, where a person looks on."""
        return Transient(self.err, self.error_style, wanted=self.options.format == "text")

    def say(self, message: Text) -> None:
        """A sentence about the run itself, on standard error: machine formats own standard output."""
        sentence = self.error_style.show(message.render(self.translate))
        # A log has its line whole; on a terminal, words are not cut in two.
        lines = wrap(sentence, self.error_style.width) if self.err.isatty() else [sentence]
        self.err.write("".join(line + "\n" for line in lines))
        self.err.flush()

    def style_of(self, stream: TextIO) -> Style:
        """The look of a stream as it is now: a terminal may have another width by and by."""
        options = self.options
        return Style.from_environment(
            stream, os.environ, no_color=options.no_color, plain=options.plain, verbose=options.verbose
        )


def _assignment(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals:
        raise UsageError(
            text("--var wants NAME=VALUE, not {word}", word=word), text("Example: --var xml_vm=my-vm")
        )
    return name, value
