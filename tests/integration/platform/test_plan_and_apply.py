import io

from rich.console import Console

from scripts.terragrunt import plan_units
from tests.support.platform import BARE_TERRAGRUNT, Platform, Ran, unchanged_units


def test_every_unit_of_production_is_planned_where_nothing_was_ever_applied(bootstrapped_production: Platform) -> None:
    page = io.StringIO()
    variables = {name: value for name, value in bootstrapped_production.variables.items() if name != "TG_NO_COLOR"}
    plans, status = plan_units.plan(bootstrapped_production.environment, variables, Console(file=page))
    assert status == 0, page.getvalue()
    assert [one.unit for one in plans] == bootstrapped_production.environment.units()
    assert all(one.counts is not None and one.counts[0] > 0 and one.counts[1:] == (0, 0) for one in plans)


def test_a_plan_after_an_apply_changes_nothing_in_any_unit(applied_dev: Platform) -> None:
    plan = applied_dev.terragrunt("run", "--all", "plan").expect_success()
    assert sorted(unchanged_units(plan.printed)) == applied_dev.environment.units()


def test_one_component_is_applied_alone(bootstrapped_dev: Platform) -> None:
    bootstrapped_dev.terragrunt("apply", "-auto-approve", unit="kms").expect_success()
    aliases = bootstrapped_dev.client("kms").list_aliases()["Aliases"]
    assert f"alias/{bootstrapped_dev.environment.prefix}" in {alias["AliasName"] for alias in aliases}


def test_a_component_whose_dependency_was_never_applied_is_refused_by_name(bootstrapped_dev: Platform) -> None:
    dev = bootstrapped_dev
    assert "Apply first, in this order: kms." in refusal(dev.terragrunt("apply", "-auto-approve", unit="sqs"))
    assert dev.client("sqs").list_queues().get("QueueUrls", []) == []
    dev.terragrunt("apply", "-auto-approve", unit="kms").expect_success()
    told = refusal(dev.terragrunt("apply", "-auto-approve", unit="iam"))
    first = told.partition("in this order: ")[2].partition(". ")[0].split(", ")
    assert sorted(first) == ["s3", "s3_logs", "secrets", "sqs"]
    assert first.index("s3_logs") < first.index("s3")


def refusal(ran: Ran) -> str:
    """What stands in the way, without Terragrunt's own advice, which is for other situations."""
    assert "mock_outputs" not in ran.printed
    assert 'no variable named "dependency"' not in ran.printed
    return ran.expect_refusal()


def test_bare_terragrunt_names_the_unit_that_was_never_applied_itself(bootstrapped_dev: Platform) -> None:
    fetching = bootstrapped_dev.setting(TG_DEPENDENCY_FETCH_OUTPUT_FROM_STATE="true")
    refused = fetching.terragrunt("apply", "-auto-approve", unit="sqs", program=BARE_TERRAGRUNT)
    assert refused.status != 0
    assert f"live/{bootstrapped_dev.environment.name}/kms/terragrunt.hcl is a dependency of" in refused.printed


def test_mocks_never_reach_a_plan_that_could_be_applied_later(bootstrapped_dev: Platform) -> None:
    assert "Apply first" in refusal(bootstrapped_dev.terragrunt("plan", "-out=later.tfplan", unit="sqs"))
    bare = bootstrapped_dev.terragrunt("plan", "-out=later.tfplan", unit="sqs", program=BARE_TERRAGRUNT)
    assert bare.status != 0
    assert "mock outputs provided and returning those" not in bare.printed
