"""Every permission of the applied roles, and whether something used it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.local.aws.policy_document import Decision, Request, RequestContext, decide_statement
from tests.integration.least_privilege.enforced import Dev, IamDecision


@dataclass(frozen=True, slots=True)
class Grant:
    """One action on one resource pattern, by one statement of a role."""

    role: str
    statement: str
    action: str
    resource: str
    conditions: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.role}: {self.statement} grants {self.action} on {self.resource}"

    def serves(self, decision: IamDecision) -> bool:
        """Whether this grant allowed an action; of conditions, only those on KMS keys are checked."""
        context = RequestContext({"kms:viaservice": decision.through} if decision.through else {}, frozenset({"kms:*"}))
        rendered = {
            "Effect": "Allow", "Action": self.action, "Resource": self.resource, "Condition": self.conditions
        }  # fmt: skip
        asked = Request(decision.action, decision.resource, context=context)
        return decision.allowed and decision.caller == self.role and decide_statement(rendered, asked) is Decision.ALLOW


def grants(dev: Dev, role: str) -> Iterator[Grant]:
    """All grants of a role's own policies."""
    for document in dev.policies(role):
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                for action in _listed(statement["Action"]):
                    for resource in _listed(statement["Resource"]):
                        yield Grant(role, statement["Sid"], action, resource, _of_kms(statement.get("Condition", {})))


def _of_kms(conditions: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Those on KMS keys; where they name a service, only that: a decision does not say what else they compare."""
    wanted = "kms:ViaService" if any("kms:ViaService" in keys for keys in conditions.values()) else "kms:"
    return {
        operator: {key: value for key, value in keys.items() if key.startswith(wanted)}
        for operator, keys in conditions.items()
    }


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value
