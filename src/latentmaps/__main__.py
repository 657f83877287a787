"""Run the ``latentmaps`` command with ``python -m latentmaps``."""

from latentmaps.command_line import main

if __name__ == "__main__":
    main()
