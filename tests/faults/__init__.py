"""What becomes of a look that lies, hangs, is missing, is denied, or changes: docs/faults.md."""
