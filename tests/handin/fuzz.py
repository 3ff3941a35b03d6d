"""``python -m tests.handin.fuzz [SECONDS] [FOLDER]``: coverage-guided fuzzing of the reader and of judging.

Inputs are mutated in both ways: their bytes, as libFuzzer does, which tries the door; and their values, in
canonical spelling, which tries what is behind it. What fails is kept in FOLDER, to be run again by naming it.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tutor", "checks"]):
    from tests.handin.hostile import changed, examine, seeds

    for line in seeds():  # what is loaded late is loaded here, so that it is seen into as well
        examine(line)

#: Ten minutes.
SECONDS = 600
#: Seconds for one input, and MiB of memory for the whole run, coverage included.
_EACH, _MEMORY = 60, 2048
_LARGEST = 256 * 1024
#: One in so many mutations is of bytes.
_BYTES = 4


def mutate(data: bytes, largest: int, seed: int) -> bytes:
    """Another input from this one."""
    chosen = random.Random(seed)  # noqa: S311 - libFuzzer gives the seed
    if chosen.randrange(_BYTES) == 0:
        return bytes(atheris.Mutate(data, largest))
    line, newline, rest = data.partition(b"\n")
    if not newline:
        line, rest = chosen.choice(seeds()), b""
    other = changed(line, chosen) + rest
    return other if len(other) <= largest else data


def main(arguments: list[str]) -> None:
    """Fuzz until the time is up, or something does not hold."""
    seconds = arguments[0] if arguments else str(SECONDS)
    folder = Path(arguments[1] if len(arguments) > 1 else "build/fuzz")
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, line in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(line)
    options = [
        *(f"-max_total_time={seconds}", f"-timeout={_EACH}", f"-rss_limit_mb={_MEMORY}"),
        *(f"-max_len={_LARGEST}", f"-artifact_prefix={folder}/", "-print_final_stats=1"),
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], examine_one, custom_mutator=mutate)
    atheris.Fuzz()


def examine_one(data: bytes) -> None:
    """One input."""
    examine(data)


if __name__ == "__main__":
    main(sys.argv[1:])
