"""``tutor sandbox``: throwaway student machines on this computer."""
