"""What a call demands of IAM: one or more actions on resources."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scripts.local.aws.policy_evaluation import Document


@dataclass(frozen=True, slots=True)
class RequiredPermission:
    """One action on one resource, with the condition keys that come with it and the resource's own policy."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)
    resource_policy: Document | None = None
    requires_resource_policy: bool = False


@dataclass(frozen=True, slots=True)
class Location:
    """Where a call is made."""

    partition: str
    region: str
    account_id: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in this region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        """The ARN of something that belongs to no region."""
        return f"arn:{self.partition}:{service}::{self.account_id}:{resource}"
