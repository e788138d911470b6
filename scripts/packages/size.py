"""Stops a package that Lambda would refuse, or that grew without anybody deciding so."""

from collections.abc import Sequence

from scripts.packages.contents import Package
from scripts.packages.errors import SizeError
from scripts.packages.target import UNZIPPED_LIMIT_BYTES

BYTES_PER_MB = 1024 * 1024
_LARGEST_SHOWN = 5


def check_size(name: str, unzipped_bytes: int, packages: Sequence[Package], budget_bytes: int) -> None:
    """Raise `SizeError`, naming the largest dependencies, over the budget or over Lambda's limit."""
    if unzipped_bytes <= min(budget_bytes, UNZIPPED_LIMIT_BYTES):
        return
    if unzipped_bytes > UNZIPPED_LIMIT_BYTES:
        limit, way_out = (
            f"Lambda takes {megabytes(UNZIPPED_LIMIT_BYTES)}, layers included",
            "drop what is not needed",
        )
    else:
        limit, way_out = (
            f"the budget is {megabytes(budget_bytes)}",
            "drop what is not needed, or raise --budget-mb",
        )
    largest = sorted(packages, key=lambda package: package.unzipped_bytes, reverse=True)[:_LARGEST_SHOWN]
    shown = ", ".join(f"{package.name} {megabytes(package.unzipped_bytes)}" for package in largest)
    raise SizeError(f"{name}: {megabytes(unzipped_bytes)} unzipped, and {limit}: {way_out}. Largest: {shown or 'none'}")


def megabytes(size: int) -> str:
    """Write a size as AWS counts, 1 MB being 1,048,576 bytes."""
    return f"{size / BYTES_PER_MB:.1f} MB"
