"""Keeps the translations in step with the code: ``python -m tests.messages [update|check]``.

``update`` extracts all messages into ``tutor.pot`` and merges them into each ``tutor.po``: new
ones come out empty, at the place where they are to be translated. ``check`` says what is wrong.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from tutor.commands.manual import paragraphs
from tutor.text import _PLACEHOLDER as PLACEHOLDER

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "tutor" / "locale"
POT = LOCALE / "tutor.pot"
METHODS = [
    ("tutor/**.py", "tests.messages:extract"),
    ("checks/**.py", "tests.messages:extract"),
    ("tutor/**.jinja", "tests.messages:extract_template"),
]
KEYWORDS = {"text", "Text"}
#: What declares a part of the command line, and which of its words are shown in its help.
PARAMETERS = {"Option", "Argument", "Verbs"}
HELP_KEYWORDS = {"help", "metavar"}
HEADER = "# Messages of libvirt-tutor.\n# Made by: python -m tests.messages update"

Found = tuple[int, None, str, list[str]]


def extract(file: BinaryIO, _keywords: Any, _tags: Any, options: Any) -> Iterator[Found]:  # noqa: ARG001 - so named by Babel
    """A Babel extraction method: literal arguments of ``text``, the checks' and probes' sentences, the help.

    :raises SyntaxError: for an f-string or the like in ``text``, which could not be translated.
    """
    tree = ast.parse(file.read(), getattr(file, "name", "<file>"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in KEYWORDS and node.args:
            for message in _literals(node.args[0]):
                yield node.lineno, None, message, []
        elif isinstance(node, ast.FunctionDef) and _is_check(node):
            first, _, _ = (ast.get_docstring(node) or "").partition("\n")
            yield node.lineno, None, first, []
        elif isinstance(node, ast.FunctionDef) and _is_command(node):
            for paragraph in paragraphs(ast.get_docstring(node) or ""):
                yield node.lineno, None, paragraph, []
        elif isinstance(node, ast.Call) and _name(node.func) in PARAMETERS:
            for keyword in node.keywords:
                if keyword.arg in HELP_KEYWORDS:
                    yield from ((node.lineno, None, message, []) for message in _literals(keyword.value))


def extract_template(file: BinaryIO, _keywords: Any, _tags: Any, options: Any) -> Iterator[Found]:  # noqa: ARG001 - so named by Babel
    """A Babel extraction method: the literal first arguments of ``say`` in a Jinja template.

    :raises SyntaxError: for a sentence that is put together there, which could not be translated.
    """
    for call in Environment().parse(file.read().decode()).find_all(nodes.Call):  # noqa: S701 - only parsed
        if isinstance(call.node, nodes.Name) and call.node.name == "say":
            for message in _template_literals(call.args[0]):
                yield call.lineno, None, message, []


def _template_literals(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, (nodes.Concat, nodes.Add, nodes.TemplateData)):
        raise SyntaxError(f"line {node.lineno}: a message must be one literal, with its values beside it")  # noqa: TRY004


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, (ast.JoinedStr, ast.BinOp)):
        raise SyntaxError(f"line {node.lineno}: a message must be one literal, with its values beside it")  # noqa: TRY004


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_check(function: ast.FunctionDef) -> bool:
    """Whether this is a check, ``def name(host: Host, ...) -> Finding``, or a probe, ``-> Answers``."""
    first = function.args.args[0] if function.args.args else None
    judges = _name(function.returns) in ("Finding", "Answers") if function.returns else False
    return judges and first is not None and first.arg == "host" and not function.name.startswith("_")


def _is_command(function: ast.FunctionDef) -> bool:
    """Whether this is a verb of the command line: its docstring is its help."""
    calls = [each.func for each in function.decorator_list if isinstance(each, ast.Call)]
    return any(isinstance(each, ast.Attribute) and each.attr in {"command", "callback"} for each in calls)


def fresh() -> Catalog:
    """All messages of the code, as they are now."""
    catalog = Catalog(project="libvirt-tutor", header_comment=HEADER, charset="utf-8", fuzzy=False)
    for path, line, message, _, _ in extract_from_dir(ROOT, METHODS):
        if message:
            catalog.add(message, locations=[(path, line)], flags=_flags(str(message)))
    return catalog


def _flags(message: str) -> list[str]:
    return ["python-brace-format"] if placeholders(message) else []


def placeholders(message: str) -> set[str]:
    """The names that the message wants filled in."""
    return set(PLACEHOLDER.findall(message))


def catalogues() -> list[Path]:
    """The translations, one for each language."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/tutor.po"))


def read(path: Path) -> Catalog:
    """A translation, for the language that its folder names."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def update() -> None:
    """Write the template, and merge it into the translations."""
    template = fresh()
    POT.write_bytes(_written(template))
    for path in catalogues():
        catalog = read(path)
        # No fuzzy guesses: a wrong translation is worse than a missing one.
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.header_comment = HEADER
        path.write_bytes(_written(catalog))


def problems() -> list[str]:
    """What keeps the translations from being complete, each with its file; empty when nothing does."""
    template = fresh()
    found = [] if POT.exists() and POT.read_bytes() == _written(template) else [f"{POT}: not up to date"]
    for path in catalogues():
        found += [f"{path}: {problem}" for problem in _problems_of(read(path), template)]
    return found


def _problems_of(catalog: Catalog, template: Catalog) -> Iterator[str]:
    known = {message.id: message for message in catalog if message.id}
    wanted = {message.id: message for message in template if message.id}
    for identity in wanted.keys() - known.keys():
        yield f"missing: {identity!r} ({wanted[identity].locations[0][0]})"
    for identity in [*(known.keys() - wanted.keys()), *catalog.obsolete]:
        yield f"no longer used: {identity!r}"
    for message in known.values():
        yield from problems_with(message)


def problems_with(message: Message) -> Iterator[str]:
    """What keeps one translation from standing for its message."""
    if not message.string:
        yield f"untranslated: {message.id!r}"
    elif message.fuzzy:
        yield f"fuzzy: {message.id!r}"
    elif placeholders(str(message.string)) != placeholders(str(message.id)):
        yield f"other placeholders than the original: {message.string!r}"


def _written(catalog: Catalog) -> bytes:
    """Without dates, people and line numbers, which would change with every edit."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, sort_by_file=True, include_lineno=False)
    dated = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By")
    people = ("Report-Msgid-Bugs-To", "Last-Translator", "Language-Team", "Project-Id-Version")
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip('"').startswith(dated + people)).encode()


def main(arguments: list[str]) -> int:
    """Run ``update`` or ``check`` (the default); 1 when something is wrong."""
    if arguments == ["update"]:
        update()
    elif arguments not in ([], ["check"]):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    found = problems()
    sys.stdout.write("".join(f"{problem}\n" for problem in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
