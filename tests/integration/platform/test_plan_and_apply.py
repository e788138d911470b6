import io

from rich.console import Console
from tests.support.platform import Platform, planned_units, unchanged_units

import plan_units


def test_every_unit_of_dev_is_planned_where_nothing_was_ever_applied(new_dev: Platform) -> None:
    new_dev.bootstrap()
    plan = new_dev.terragrunt("run-all", "plan").expect_success()
    assert sorted(planned_units(plan.printed)) == new_dev.environment.units()


def test_every_unit_of_prod_is_planned_where_nothing_was_ever_applied(new_prod: Platform) -> None:
    new_prod.bootstrap()
    page = io.StringIO()
    variables = {name: value for name, value in new_prod.variables.items() if name != "TG_NO_COLOR"}
    plans, status = plan_units.plan(new_prod.environment, variables, Console(file=page))
    assert status == 0, page.getvalue()
    assert [one.unit for one in plans] == new_prod.environment.units()
    assert all(one.counts is not None and one.counts[0] > 0 and one.counts[1:] == (0, 0) for one in plans)


def test_a_plan_after_an_apply_changes_nothing_in_any_unit(applied_dev: Platform) -> None:
    plan = applied_dev.terragrunt("run", "--all", "plan").expect_success()
    assert sorted(unchanged_units(plan.printed)) == applied_dev.environment.units()


def test_one_component_is_applied_alone(new_dev: Platform) -> None:
    new_dev.bootstrap()
    new_dev.terragrunt("apply", "-auto-approve", unit="kms").expect_success()
    aliases = new_dev.client("kms").list_aliases()["Aliases"]
    assert "alias/csvbatch-dev" in {alias["AliasName"] for alias in aliases}


def test_a_component_whose_dependency_was_never_applied_is_refused_by_name(new_dev: Platform) -> None:
    new_dev.bootstrap()
    refused = new_dev.terragrunt("apply", "-auto-approve", unit="sqs")
    assert refused.status != 0
    assert "live/dev/kms/terragrunt.hcl is a dependency of" in refused.printed
    assert "has not been applied yet" in refused.printed
    assert new_dev.client("sqs").list_queues().get("QueueUrls", []) == []


def test_mocks_never_reach_a_plan_that_could_be_applied_later(new_dev: Platform) -> None:
    new_dev.bootstrap()
    refused = new_dev.terragrunt("plan", "-out=later.tfplan", unit="sqs")
    assert refused.status != 0
    assert "has not been applied yet" in refused.printed
