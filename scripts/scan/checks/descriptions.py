"""EC2 rejects a security group or rule whose description has a character outside its list."""

import re
from collections.abc import Iterator

from checkov.common.models.enums import CheckCategories

from scripts.scan.checks.check import Check, check
from scripts.scan.checks.confs import Conf, blocks, value

LONGEST = 255
_ACCEPTED = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]*")
_REFERENCE = re.compile(r"\b(var|local|each|count|data|module|aws_\w+)\.\w")


@check(
    "CKV_CSV_13",
    "EC2 accepts the description of the security group or rule",
    CheckCategories.NETWORKING,
    [
        "aws_security_group",
        "aws_security_group_rule",
        "aws_vpc_security_group_egress_rule",
        "aws_vpc_security_group_ingress_rule",
    ],
)
def is_accepted(conf: Conf, _: Check) -> bool:
    """Fail where EC2 would reject a description that is known now: Terraform plans any text, and only the apply fails.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
    """
    return all(len(text) <= LONGEST and _ACCEPTED.fullmatch(text) for text in _texts(conf))


def _texts(conf: Conf) -> Iterator[str]:
    """The known descriptions of the resource and its inline rules; those from expressions are known in plans only."""
    for place in (conf, *blocks(conf, "egress"), *blocks(conf, "ingress")):
        text = value(place, "description")
        if isinstance(text, str) and not _REFERENCE.search(text):
            yield text
