"""The permissions that a call needs: actions on resources."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scripts.local.aws.policy_evaluation import Document


@dataclass(frozen=True, slots=True)
class RequiredPermission:
    """One action on one resource, with its condition keys and the resource policy."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)
    resource_policy: Document | None = None
    requires_resource_policy: bool = False


@dataclass(frozen=True, slots=True)
class Location:
    """Partition, region and account of a call."""

    partition: str
    region: str
    account_id: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a regional resource."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        """The ARN of a global resource."""
        return f"arn:{self.partition}:{service}::{self.account_id}:{resource}"
