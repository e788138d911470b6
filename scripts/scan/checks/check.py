"""Makes a check of Checkov from a function that judges one resource."""

from collections.abc import Callable

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from scripts.scan.checks.confs import Conf

type Judge = Callable[[Conf, "Check"], bool | None]
"""Whether a resource passes, given its values and the check that Checkov runs; None where the check does not apply."""


class Check(BaseResourceCheck):
    """A check; Checkov registers it when it is created."""

    def __init__(self, judge: Judge, check_id: str, title: str, category: CheckCategories, kinds: list[str]) -> None:
        self._judge = judge
        super().__init__(title, check_id, [category], kinds)

    def scan_resource_conf(self, conf: Conf) -> CheckResult:
        """Judge one resource."""
        passed = self._judge(conf, self)
        if passed is None:
            return CheckResult.UNKNOWN
        return CheckResult.PASSED if passed else CheckResult.FAILED


def check(check_id: str, title: str, category: CheckCategories, kinds: list[str]) -> Callable[[Judge], Judge]:
    """Register the decorated function as the check of these kinds of resources."""

    def register(judge: Judge) -> Judge:
        Check(judge, check_id, title, category, kinds)
        return judge

    return register
