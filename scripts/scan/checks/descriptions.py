"""EC2 rejects a security group or rule whose description has a character outside its list."""

import re
from collections.abc import Iterator

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from scripts.scan.checks.confs import Conf, blocks, value

LONGEST = 255
_ACCEPTED = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]*")
_REFERENCE = re.compile(r"\b(var|local|each|count|data|module|aws_\w+)\.\w")


class Ec2Description(BaseResourceCheck):
    """Terraform plans any text; only the apply fails.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
    """

    def __init__(self) -> None:
        super().__init__(
            "EC2 accepts the description of the security group or rule",
            "CKV_CSV_13",
            [CheckCategories.NETWORKING],
            [
                "aws_security_group",
                "aws_security_group_rule",
                "aws_vpc_security_group_egress_rule",
                "aws_vpc_security_group_ingress_rule",
            ],
        )

    def scan_resource_conf(self, conf: Conf) -> CheckResult:
        """Fail where EC2 would reject a description that is known now."""
        refused = any(len(text) > LONGEST or not _ACCEPTED.fullmatch(text) for text in _texts(conf))
        return CheckResult.FAILED if refused else CheckResult.PASSED


def _texts(conf: Conf) -> Iterator[str]:
    """The known descriptions of the resource and its inline rules; those from expressions are known in plans only."""
    for place in (conf, *blocks(conf, "egress"), *blocks(conf, "ingress")):
        text = value(place, "description")
        if isinstance(text, str) and not _REFERENCE.search(text):
            yield text


Ec2Description()
