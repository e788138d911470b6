import pytest

from scripts.common.errors import UserError
from scripts.packages.architectures import TARGETS
from scripts.packages.distributions import PROJECT, Distribution, direct_requirements


def found(asked: list[str], *, architecture: str = "x86_64", **requires: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    distributions = [Distribution(name, "1.0", "MIT", one, {}) for name, one in requires.items()]
    return direct_requirements(distributions, asked, TARGETS[architecture])


def test_the_projects_own_requirements_are_those_it_asks_for() -> None:
    assert found(["a>=1"], a=("b",), b=())[PROJECT] == ("a",)


def test_an_extra_counts_where_the_project_asks_for_it() -> None:
    assert found(["a[more]"], a=("b; extra == 'more'",), b=())["a"] == ("b",)


def test_an_extra_that_nobody_asks_for_does_not_count() -> None:
    assert found(["a", "b"], a=("b; extra == 'more'",), b=())["a"] == ()


def test_an_extra_counts_where_another_package_asks_for_it() -> None:
    assert found(["c"], c=("a[more]",), a=("b; extra == 'more'",), b=())["a"] == ("b",)


def test_a_package_that_asks_for_an_extra_of_its_own_does_not_depend_on_itself() -> None:
    assert found(["a[all]"], a=("a[more]; extra == 'all'", "b; extra == 'more'"), b=())["a"] == ("b",)


@pytest.mark.parametrize("marker", ["sys_platform == 'win32'", "python_version < '3.9'", "platform_machine == 'arm64'"])
def test_what_only_another_platform_needs_does_not_count(marker: str) -> None:
    assert found(["a"], a=(f"b; {marker}",), b=())["a"] == ()


def test_markers_are_judged_for_the_processor_that_is_packaged_for() -> None:
    requires = {"a": ("b; platform_machine == 'aarch64'",), "b": ()}
    assert found(["a"], architecture="arm64", **requires)["a"] == ("b",)


def test_names_are_compared_as_the_index_writes_them() -> None:
    distributions = [
        Distribution("a", "1.0", "MIT", ("Some_Name",), {}),
        Distribution("some-name", "1.0", "MIT", (), {}),
    ]
    assert direct_requirements(distributions, ["A"], TARGETS["x86_64"])["a"] == ("some-name",)


def test_a_requirement_that_cannot_be_read_is_refused_by_name() -> None:
    with pytest.raises(UserError, match="the wheel of a requires '==', which cannot be read"):
        found(["a"], a=("==",))
