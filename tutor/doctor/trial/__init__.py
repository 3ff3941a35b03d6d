"""What is tried for real and undone again: in a process of its own, under names of its own.

``plan`` says what, ``run`` starts the process and waits, ``child`` is what runs in it, one stage after
the other, and ``marks`` tells what is ours.
"""
