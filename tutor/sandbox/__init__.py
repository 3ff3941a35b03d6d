"""Throwaway student machines: ``machines`` boots them, from what ``images`` and ``application`` make.

``client`` puts a computer on the internet in front of one.
"""
