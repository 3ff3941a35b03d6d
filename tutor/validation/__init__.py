"""Is this libvirt XML right? The schema's answer in plain words, and what no schema sees."""
