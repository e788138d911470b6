"""The network interfaces through which functions reach a VPC, as EC2 shows them.

Lambda makes one for each combination of subnet and security groups; functions and published versions with the same
combination share it. It goes some time after the last of them, with the permissions of their role; if the role is gone
or lacks them, it stays until somebody deletes it (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html,
`scripts.local.aws.behaviour`). Its form is that of answers which users report: `amazon-aws` owns the attachment, and it
is not managed by its requester (https://github.com/go-to-k/cdkd/pull/45, https://github.com/boto/boto3/issues/2218).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterface

from scripts.local.aws import behaviour
from scripts.local.aws.authorization import execution_roles
from scripts.local.aws.authorization.required_permissions import Location, RequiredPermission

type Place = tuple[str, frozenset[str]]
"""A subnet and security groups, by ID."""


@dataclass(frozen=True, slots=True)
class ServiceAttachment:
    """The attachment of an interface to a service of AWS."""

    attachment_id: str
    attach_time: datetime
    device_index: int = 1
    delete_on_termination: bool = False
    network_card_index: int = 0
    instance_owner_id: str = "amazon-aws"
    status: str = "attached"
    instance_id: str | None = None


class LambdaInterface(NetworkInterface):
    """An interface of Lambda: attached while it is used and until it is deleted."""

    def __init__(self, ec2: Any, place: Place, function: LambdaFunction) -> None:
        subnet = ec2.get_subnet(place[0])
        description = f"AWS Lambda VPC ENI-{function.function_name}-{uuid4()}"
        address = subnet.get_available_subnet_ip(self)
        super().__init__(ec2, subnet, address, group_ids=sorted(place[1]), description=description)
        self.place = place
        self.interface_type = "lambda"
        self.requester_id = f"AROA{uuid4().hex[:17].upper()}:{ec2.account_id}"
        self.role_arn = function.role
        self.unused_since: float | None = None
        self._service = ServiceAttachment(f"ela-attach-{uuid4().hex[:17]}", datetime.now(UTC))
        self.status = "in-use"

    @property
    def attachment(self) -> Any:
        """Lambda's attachment; None once Lambda could not delete the interface."""
        return self._service if self.is_lambdas else None

    @property
    def is_lambdas(self) -> bool:
        """Whether Lambda uses it, or has yet to delete it."""
        return bool(self.status == "in-use")

    def use(self, function: LambdaFunction) -> None:
        """Note a function that uses it."""
        self.unused_since, self.role_arn = None, function.role

    def leave(self) -> None:
        """Note that no function uses it any more."""
        if self.unused_since is None:
            self.unused_since = behaviour.now()

    @property
    def is_due(self) -> bool:
        """Whether Lambda deletes it now."""
        unused = behaviour.now() - self.unused_since if self.unused_since is not None else -1
        return self.is_lambdas and unused >= behaviour.current().interface_seconds

    def end(self) -> None:
        """Let Lambda delete it with the role of its last function; without the permission it is left behind."""
        place = execution_roles.location(self.ec2_backend.account_id, self.ec2_backend.region_name)
        if execution_roles.allows(self.role_arn, deletion(place), place):
            self.ec2_backend.enis.pop(self.id)
            self.subnet.del_subnet_ip(self.private_ip_address)
        else:
            self.status = "available"


def deletion(place: Location) -> RequiredPermission:
    """The permission to delete an interface, which Lambda checks before there is one: on all resources.

    A role may name all resources of the account instead of `*`, but not one type of them:
    https://github.com/awsdocs/aws-lambda-developer-guide/commit/258fecc4e78d65e7b37d172cb6aa5bc2b5210011.
    """
    return RequiredPermission("ec2:DeleteNetworkInterface", place.arn("ec2", "*/*"))


def reconcile(functions: LambdaBackend) -> None:
    """Make the interfaces that functions need, and note those that none needs any more."""
    ec2 = ec2_backends[functions.account_id][functions.region_name]
    existing = {one.place: one for one in _interfaces(ec2) if one.is_lambdas}
    used = dict(_used(functions, {subnet for zone in ec2.subnets.values() for subnet in zone}))
    for place, function in used.items():
        if place in existing:
            existing[place].use(function)
        else:
            made = LambdaInterface(ec2, place, function)  # type: ignore[abstract]  # as moto's own class is
            ec2.enis[made.id] = made
    for place in existing.keys() - used.keys():
        existing[place].leave()


def expire(ec2: Any) -> None:
    """Delete the interfaces whose time has come."""
    for interface in _interfaces(ec2):
        if interface.is_due:
            interface.end()


def _interfaces(ec2: Any) -> list[LambdaInterface]:
    return [one for one in ec2.enis.values() if isinstance(one, LambdaInterface)]


def _used(functions: LambdaBackend, subnets: set[str]) -> Iterator[tuple[Place, LambdaFunction]]:
    groups: Mapping[str, Any] = functions._lambdas._functions
    for versions in groups.values():
        for function in (versions["latest"], *versions["versions"]):
            network = (function and function._vpc_config) or {}
            for subnet in network.get("SubnetIds") or []:
                if subnet in subnets:
                    yield (subnet, frozenset(network.get("SecurityGroupIds") or [])), function
