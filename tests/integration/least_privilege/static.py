"""Evaluates the applied policies without a call, for callers that do not exist on this machine."""

import json
from collections.abc import Mapping
from typing import Any

from scripts.local.aws.policy_document import Principal, Request, RequestContext
from scripts.local.aws.policy_evaluation import Document, Policies, evaluate
from tests.integration.least_privilege.enforced import Dev

OTHER_ACCOUNT = "999988887777"
ANYTHING: Document = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_NOTHING_ELSE = frozenset({"*"})


class Applied:
    """The applied policies; a request has the given condition keys only."""

    def __init__(self, dev: Dev) -> None:
        self.dev = dev

    def context(self, given: Mapping[str, str]) -> RequestContext:
        common = {
            "aws:securetransport": "true",
            "aws:principalaccount": self.dev.account_id,
            "aws:resourceaccount": self.dev.account_id,
        }
        return RequestContext({**common, **{name.lower(): value for name, value in given.items()}}, _NOTHING_ELSE)

    def role_may(self, role: str, action: str, resource: str, **given: str) -> bool:
        """Whether a role's policies and the resource policy allow an action."""
        return self._judged(self.dev.policies(role), action, resource, self._role(role), given)

    def anybody_may(self, action: str, resource: str, **given: str) -> bool:
        """Whether an identity of the account with unlimited policies is allowed."""
        return self._judged([ANYTHING], action, resource, self._role("made-up"), given)

    def other_account_may(self, action: str, resource: str) -> bool:
        """Whether another account is allowed: both sides must allow it, so the resource policy decides."""
        stranger = Principal(OTHER_ACCOUNT, f"arn:aws:iam::{OTHER_ACCOUNT}:role/made-up")
        return self._judged([], action, resource, stranger, {"aws:PrincipalAccount": OTHER_ACCOUNT})

    def service_may(self, service: str, action: str, resource: str, **given: str) -> bool:
        """Whether an AWS service is allowed, which has no policies of its own."""
        given = {"aws:PrincipalIsAWSService": "true", **given}
        return self._judged([], action, resource, Principal(service=service), given)

    def through_endpoint(self, service: str, action: str, resource: str, account_id: str = "") -> bool:
        """Whether the policy of a VPC endpoint allows a caller with unlimited policies."""
        who = Principal(account_id or self.dev.account_id, "arn:aws:iam::made-up:role/made-up")
        context = self.context({"aws:PrincipalAccount": who.account_id})
        policies = Policies([ANYTHING], limits=[self._endpoint(service)])
        return evaluate(policies, Request(action, resource, who, context)).allowed

    def may_take(self, role: str, principal: Principal, **given: str) -> bool:
        """Whether a caller with unlimited policies can assume a role."""
        policies = Policies([ANYTHING], resource=self.dev.trust(role), requires_resource_policy=True)
        asked = Request("sts:AssumeRole", self.dev.role_arn(role), principal, self.context(given))
        return evaluate(policies, asked).allowed

    def _judged(
        self, identity: list[Document], action: str, resource: str, who: Principal, given: Mapping[str, str]
    ) -> bool:
        service = action.partition(":")[0]
        policies = Policies(
            identity, resource=self._policy_of(service, resource), requires_resource_policy=service == "kms"
        )
        return evaluate(policies, Request(action, resource, who, self.context(given))).allowed

    def _role(self, name: str) -> Principal:
        return Principal(self.dev.account_id, self.dev.role_arn(name))

    def _policy_of(self, service: str, resource: str) -> Any:
        """The policy of a bucket, queue or key; None if it has none."""
        name = resource.rpartition(":")[2].partition("/")[0]
        if service == "s3":
            return json.loads(self.dev.operator("s3").get_bucket_policy(Bucket=name)["Policy"])
        if service == "sqs":
            answer = self.dev.operator("sqs").get_queue_attributes(
                QueueUrl=self.dev.queue_url(name), AttributeNames=["Policy"]
            )
            return json.loads(answer["Attributes"]["Policy"])
        if service == "kms":
            answer = self.dev.operator("kms").get_key_policy(KeyId=resource, PolicyName="default")
            return json.loads(answer["Policy"])
        return None

    def _endpoint(self, service: str) -> Document:
        found = self.dev.operator("ec2").describe_vpc_endpoints()["VpcEndpoints"]
        (policy,) = [one["PolicyDocument"] for one in found if one["ServiceName"].endswith(f".{service}")]
        return dict(json.loads(policy))
