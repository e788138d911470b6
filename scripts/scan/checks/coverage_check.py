"""Passes for every resource and every data source: Checkov never read a block that has no such record.

Checkov omits what it cannot parse, silently and with exit status 0.
"""

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.data.base_check import BaseDataCheck
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

ID = "CKV_CSV_0"
TITLE = "Was read"


class ResourceWasRead(BaseResourceCheck):
    """For resources, including those whose count is 0."""

    def __init__(self) -> None:
        super().__init__(TITLE, ID, [CheckCategories.CONVENTION], ["*"])

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        """Pass."""
        return CheckResult.PASSED

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Pass."""
        return CheckResult.PASSED


class DataWasRead(BaseDataCheck):
    """For data sources."""

    def __init__(self) -> None:
        super().__init__(TITLE, ID, [CheckCategories.CONVENTION], ["*"])

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        """Pass."""
        return CheckResult.PASSED

    def scan_data_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Pass."""
        return CheckResult.PASSED


ResourceWasRead()
DataWasRead()
