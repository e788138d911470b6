"""Lets `python -m scripts.packages` stand for the `lambda-packages` command."""

import sys

from scripts.packages.cli import main

if __name__ == "__main__":
    sys.exit(main())
