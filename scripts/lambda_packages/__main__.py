"""Lets `python -m lambda_packages` stand for the `lambda-packages` command."""

import sys

from lambda_packages.cli import main

if __name__ == "__main__":
    sys.exit(main())
