"""What of a recording leaves the machine: by the source of each answer, what the course needs and no more."""

from __future__ import annotations

from tutor.handin.reduce.pseudonym import hide_login
from tutor.handin.reduce.reduction import Reduced, reduce

__all__ = ["Reduced", "hide_login", "reduce"]
