"""Whether a course does what it says: replayed on fresh machines, with every wrong state its authors know.

``plan`` says which machines do what, and ``table`` what it came to: both are pure. Between them, ``student``
does what a student does, ``stage`` makes the states, and ``replay`` carries out the plan of one machine.
"""
