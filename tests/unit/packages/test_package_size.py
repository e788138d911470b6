import pytest

from scripts.common.errors import UserError
from scripts.packages.build import BYTES_PER_MB, check_size
from scripts.packages.contents import Package

PACKAGES = [
    Package(name, "1.0", "MIT", "", size * BYTES_PER_MB) for name, size in zip("abcdefg", range(1, 8), strict=True)
]


def test_a_package_within_the_budget_passes() -> None:
    check_size("batch_processor", 100 * BYTES_PER_MB, PACKAGES, 100 * BYTES_PER_MB)


def test_over_the_budget_it_names_the_largest_dependencies() -> None:
    with pytest.raises(UserError) as error:
        check_size("batch_processor", 100 * BYTES_PER_MB + 1, PACKAGES, 100 * BYTES_PER_MB)
    assert str(error.value) == (
        "batch_processor: 100.0 MB unzipped, and the budget is 100.0 MB: drop what is not needed, or raise "
        "--budget-mb. Largest: g 7.0 MB, f 6.0 MB, e 5.0 MB, d 4.0 MB, c 3.0 MB"
    )


def test_lambdas_own_limit_holds_whatever_the_budget() -> None:
    check_size("batch_processor", 250 * BYTES_PER_MB, PACKAGES, 1000 * BYTES_PER_MB)
    with pytest.raises(UserError, match=r"250\.0 MB unzipped, and Lambda takes 250\.0 MB, layers included"):
        check_size("batch_processor", 250 * BYTES_PER_MB + 1, PACKAGES, 1000 * BYTES_PER_MB)
