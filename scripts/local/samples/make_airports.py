"""The `make-airports` command: writes the airports of the world as a CSV file for the dataset `airports`."""

import argparse
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from scripts.common.errors import UserError


class AirportsMissingError(UserError):
    """The package that holds the airports is not installed."""


def write_airports(path: Path) -> None:
    """Write the file that the package airportsdata carries, byte for byte."""
    try:
        source = files("airportsdata") / "airports.csv"
    except ModuleNotFoundError:
        raise AirportsMissingError(
            "the package airportsdata is not installed; install the development dependencies"
        ) from None
    path.write_bytes(source.read_bytes())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; what went wrong is said on standard error, with exit status 1."""
    parser = argparse.ArgumentParser(
        prog="make-airports", description="Write some 28,000 airports from all over the world as a CSV file."
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="where to write, for example airports.csv")
    options = parser.parse_args(arguments)
    try:
        write_airports(options.file)
    except (AirportsMissingError, OSError) as error:
        print(f"make-airports: {error}", file=sys.stderr)
        return 1
    print(f"{options.file}: {options.file.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
