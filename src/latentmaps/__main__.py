"""``python -m latentmaps`` is the command ``latentmaps``."""

from latentmaps.command_line import main

if __name__ == "__main__":
    main()
