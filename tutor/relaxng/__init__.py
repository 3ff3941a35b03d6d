"""RELAX NG validation that says where and what: the derivative algorithm.

libxml2 answers "Extra element devices in interleave" for any fault inside ``<devices>``. Following
the document event by event, as James Clark describes in "An algorithm for RELAX NG validation",
names the attribute or element at which the document first could no longer be right, and what could
have stood there instead.
"""
