"""What the documents say of proofs, from the course's file; ``python -m tests.proven`` writes it anew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tests.readme import README
from tutor.course.load import packaged_folder
from tutor.output.proven import proof_page
from tutor.output.proving import readme_table
from tutor.proving.proven import PROVEN, read_proven

BEGIN, END = "<!-- proven:begin -->\n", "<!-- proven:end -->\n"
PAGE = README.parent / "docs" / "proven.md"
HEAD = """# What was proven

Written from [lessons/proven.json](../lessons/proven.json), which `make prove` makes. What the
columns say is told in [proving.md](proving.md). A number is of both rounds where all was done twice;
where the runs differ, theirs stand in the order of the first table.

"""


def wanted() -> Mapping[Path, str]:
    """Each document with what the file gives."""
    proof = read_proven(os.path.join(packaged_folder(), PROVEN))
    assert proof is not None, "the packaged course has been proven"
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    return {
        README: f"{before}{BEGIN}{readme_table(proof['runs'])}{END}{after}",
        PAGE: HEAD + proof_page(proof),
    }


if __name__ == "__main__":
    for path, content in wanted().items():
        path.write_text(content, encoding="utf-8")
