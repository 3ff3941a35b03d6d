"""What those who write lessons are given: the reference of checks, and new courses from a template."""
