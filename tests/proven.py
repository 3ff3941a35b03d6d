"""The README's table of what the course was proven with; ``python -m tests.proven`` writes it anew."""

from __future__ import annotations

from tests.readme import README
from tutor.course.load import packaged_folder
from tutor.output.proving import readme_table
from tutor.proving.proven import read_proven

BEGIN, END = "<!-- proven:begin -->\n", "<!-- proven:end -->\n"


def wanted() -> str:
    """The README with the table that the file gives."""
    content = README.read_text(encoding="utf-8")
    before, _, rest = content.partition(BEGIN)
    after = rest.partition(END)[2]
    proof = read_proven(packaged_folder())
    return f"{before}{BEGIN}{readme_table(proof['runs']) if proof else ''}{END}{after}"


if __name__ == "__main__":
    README.write_text(wanted(), encoding="utf-8")
