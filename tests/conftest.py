"""What every test shares."""

from __future__ import annotations

from hypothesis import settings

# A loaded machine is slow, and no test asserts speed. Bugs that sixty examples miss are left to more seeds.
settings.register_profile("project", deadline=None, max_examples=60)
settings.load_profile("project")
