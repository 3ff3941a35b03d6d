"""The kernel as judge: generated rulesets, loaded into namespaces, and connections tried through them.

``make kernel`` is the campaign (docs/packetpath.md); tests/machine/test_packetpath_kernel.py a sample of it.
"""
