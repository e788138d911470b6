"""Which units a change touches, asked of the real units of this checkout and the real Terragrunt."""

from functools import cache

import pytest

from scripts.common import environments
from scripts.common.paths import REPOSITORY
from scripts.units import affected
from scripts.units.affected import Unit

DEV = environments.default()
LAMBDAS = {"lambda_batch_processor", "lambda_request_handler"}
BUCKETS = {"s3", "s3_artifacts", "s3_logs"}


@cache
def known() -> dict[str, Unit]:
    return affected.units(DEV, REPOSITORY)


def touched(*files: str) -> set[str]:
    """The units that read one of the files themselves."""
    return {name for name, unit in known().items() if unit.touched_by(files)}


@pytest.mark.parametrize(
    ("file", "units"),
    [
        ("modules/sqs/main.tf", {"sqs"}),
        ("modules/sqs/policy.json", {"sqs"}),
        ("modules/s3/variables.tf", BUCKETS),
        ("modules/lambda_function/main.tf", LAMBDAS),
        ("live/_components/sqs.hcl", {"sqs"}),
        ("live/_components/s3.mocks.yaml", {"eventbridge", "iam", "network", *LAMBDAS}),
        ("live/_components/lambda_package.hcl", LAMBDAS),
        ("lambdas/contracts/airports.yaml", LAMBDAS),
        ("lambdas/csvbatch/rows/anything.py", LAMBDAS),
        ("lambdas/batch_processor/handler.py", {"lambda_batch_processor"}),
        ("requirements/lambda.txt", LAMBDAS),
        (f"live/{DEV.name}/sqs/terragrunt.hcl", {"sqs"}),
        (f"live/{DEV.name}/env.hcl", set(DEV.units())),
        ("live/_components/common.hcl", set(DEV.units())),
        ("terragrunt.hcl", set(DEV.units())),
    ],
)
def test_a_file_touches_the_units_that_read_it(file: str, units: set[str]) -> None:
    assert touched(file) == units


@pytest.mark.parametrize(
    "file",
    [
        "README.md",
        "modules/sqs/README.md",
        "modules/sqs/tests/queue.tftest.hcl",
        "modules/lambda_function/README.md",
        "lambdas/csvbatch/cli/load.py",
        "lambdas/contracts/contract.schema.json",
        "live/_components/README.md",
        "requirements/dev.txt",
        "tests/unit/test_anything.py",
        "scripts/local/start.py",
        "live/elsewhere/sqs/terragrunt.hcl",
        "modules/sqs_other/main.tf",
    ],
)
def test_what_no_plan_reads_touches_nothing(file: str) -> None:
    assert touched(file) == set()


def test_every_module_of_the_tree_is_read_by_a_unit() -> None:
    modules = {path.parent.name for path in (REPOSITORY / "modules").glob("*/main.tf")}
    assert not [name for name in modules if not touched(f"modules/{name}/main.tf")]


def test_dependents_are_planned_with_the_reason() -> None:
    units = {
        "kms": Unit("kms", frozenset(), frozenset()),
        "sqs": Unit("sqs", frozenset({"kms"}), frozenset()),
        "iam": Unit("iam", frozenset({"sqs"}), frozenset()),
        "logs": Unit("logs", frozenset(), frozenset()),
    }
    reasons = affected.with_dependents(units, {"kms": ["modules/kms/main.tf", "modules/kms/policy.tf"]})
    assert reasons == {
        "kms": "reads modules/kms/main.tf and 1 more",
        "sqs": "depends on kms",
        "iam": "depends on sqs",
    }
