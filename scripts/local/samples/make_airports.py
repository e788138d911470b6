"""The `make-airports` command: writes the airports of the world as a CSV file for the dataset `airports`."""

import argparse
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from scripts.common.errors import UserError, run_main


def write_airports(path: Path) -> None:
    """Write the CSV file of the package airportsdata; raises UserError if it is not installed."""
    try:
        source = files("airportsdata") / "airports.csv"
    except ModuleNotFoundError:
        raise UserError("the package airportsdata is not installed. Run: make setup") from None
    path.write_bytes(source.read_bytes())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; errors are printed to standard error, with exit status 1."""
    parser = argparse.ArgumentParser(
        prog="make-airports", description="Write some 28,000 airports from all over the world as a CSV file."
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="where to write, for example airports.csv")
    options = parser.parse_args(arguments)

    def body() -> int:
        write_airports(options.file)
        print(f"{options.file}: {options.file.stat().st_size:,} bytes")
        return 0

    return run_main("make-airports", body, (OSError,))


if __name__ == "__main__":
    sys.exit(main())
