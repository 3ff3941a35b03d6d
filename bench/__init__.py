"""How long `tutor check` takes, beside others asserting the same and beside what cannot be gone below.

``python -m bench``, as root. ``student`` makes the machine on which the whole course is done and brings the
peers there; ``peers`` asks them; ``fairness`` compares what they answer, on the done machine and on broken
ones; ``driver`` measures; ``statistics`` counts; ``report`` writes; ``watching`` and ``watch_driver`` do all
that for `tutor watch`. Nothing is asserted about speed: only unequal answers end with 1.
"""
