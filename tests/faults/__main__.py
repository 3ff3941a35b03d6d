"""Write docs/faults.md anew: ``python -m tests.faults``."""

from tests.faults.table import DOCUMENT, document, families

DOCUMENT.write_text(document(families()))
