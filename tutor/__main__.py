"""``python -m tutor``."""

from tutor.entry import main

if __name__ == "__main__":
    main()
