"""Whether this machine carries the course: small probes that look, and a few that try and undo it."""
