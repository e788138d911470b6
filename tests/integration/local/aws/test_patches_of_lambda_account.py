from typing import Any

from scripts.local.aws import behaviour
from scripts.local.aws.behaviour import Behaviour
from scripts.local.aws.patches import lambda_account
from scripts.local.aws.patches.registry import all_patches
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.served import Aws, Served, refusal
from tests.integration.local.aws.test_patches_of_awslambda import NAME, function


def test_account_settings_are_given(compare: Compare) -> None:
    def asked(aws: Aws) -> Any:
        found: list[Any] = []
        refused = refusal(lambda: found.append(aws("lambda").get_account_settings()))
        return refused or found[0]["AccountLimit"]["ConcurrentExecutions"]

    bad, good = compare(lambda_account.has_account_settings, asked)

    assert bad == "404"
    assert good == 1000


def test_what_functions_have_reserved_is_not_unreserved(served: Served) -> None:
    def asked(aws: Aws) -> Any:
        function(aws)
        aws("lambda").put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=4)
        return aws("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]

    assert served.run(all_patches(), asked) == 996


def test_a_new_account_s_quota_refuses_a_reservation(served: Served) -> None:
    def asked(aws: Aws) -> Any:
        function(aws)
        reserve = aws("lambda").put_function_concurrency
        refused = refusal(lambda: reserve(FunctionName=NAME, ReservedConcurrentExecutions=1))
        return refused, aws("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]

    with behaviour.using(Behaviour(new_account=True)):
        assert served.run(all_patches(), asked) == ("InvalidParameterValueException", 10)
