"""Network interfaces of Lambda, which moto lacks, and what interfaces keep in use."""

from collections.abc import Callable
from typing import Any

from moto.awslambda.models import LambdaBackend
from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models.elastic_network_interfaces import NetworkInterfaceBackend
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.models.subnets import SubnetBackend

from scripts.local.aws import lambda_interfaces
from scripts.local.aws.lambda_interfaces import LambdaInterface
from scripts.local.aws.patches.registry import Replacements, patch

_CHANGE_FUNCTIONS = ("create_function", "update_function_configuration", "publish_version", "delete_function")
_READ_INTERFACES = ("get_all_network_interfaces", "get_network_interface")


@patch
def has_those_of_functions(moto: Replacements) -> None:
    """A function in a VPC has no network interface."""
    for name in _CHANGE_FUNCTIONS:
        moto.replace(LambdaBackend, name, _and_reconcile(getattr(LambdaBackend, name)))
    for name in _READ_INTERFACES:
        moto.replace(NetworkInterfaceBackend, name, _without_expired(getattr(NetworkInterfaceBackend, name)))


@patch
def keep_groups_and_subnets(moto: Replacements) -> None:
    """DeleteSecurityGroup and DeleteSubnet take no notice of network interfaces."""
    original_group, original_subnet = SecurityGroupBackend.delete_security_group, SubnetBackend.delete_subnet

    def delete_security_group(self: Any, name: str | None = None, group_id: str | None = None) -> None:
        found = self.get_security_group_by_name_or_id(group_id or name)
        if found and any(found in one._group_set for one in _in_place(self)):
            raise DependencyViolationError(f"resource {found.id} has a dependent object")
        original_group(self, name, group_id)

    def delete_subnet(self: Any, subnet_id: str) -> Any:
        if any(one.subnet.id == subnet_id for one in _in_place(self)):
            raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        return original_subnet(self, subnet_id)

    moto.replace(SecurityGroupBackend, "delete_security_group", delete_security_group)
    moto.replace(SubnetBackend, "delete_subnet", delete_subnet)


@patch
def leaves_them_to_their_service(moto: Replacements) -> None:
    """The interfaces of endpoints, gateways and functions can be deleted, and those of functions changed."""
    original_delete = NetworkInterfaceBackend.delete_network_interface
    original_detach = NetworkInterfaceBackend.detach_network_interface
    original_modify = NetworkInterfaceBackend.modify_network_interface_attribute

    def delete_network_interface(self: Any, eni_id: str) -> None:
        if _lambdas(self, eni_id) or eni_id in _of_endpoints_and_gateways(self):
            raise EC2ClientError("InvalidParameterValue", f"Network interface '{eni_id}' is currently in use.")
        original_delete(self, eni_id)

    def detach_network_interface(self: Any, attachment_id: str) -> None:
        if attachment_id.startswith("ela-attach-"):
            raise EC2ClientError("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments.")
        original_detach(self, attachment_id)

    def modify_network_interface_attribute(self: Any, eni_id: str, *arguments: Any, **named: Any) -> None:
        if _lambdas(self, eni_id):
            raise EC2ClientError("OperationNotPermitted", f"You do not have permission to change {eni_id}.")
        original_modify(self, eni_id, *arguments, **named)

    moto.replace(NetworkInterfaceBackend, "delete_network_interface", delete_network_interface)
    moto.replace(NetworkInterfaceBackend, "detach_network_interface", detach_network_interface)
    moto.replace(NetworkInterfaceBackend, "modify_network_interface_attribute", modify_network_interface_attribute)


def _and_reconcile(original: Callable[..., Any]) -> Callable[..., Any]:
    def changing(self: LambdaBackend, *arguments: Any, **named: Any) -> Any:
        answer = original(self, *arguments, **named)
        lambda_interfaces.reconcile(self)
        return answer

    return changing


def _without_expired(original: Callable[..., Any]) -> Callable[..., Any]:
    def reading(self: NetworkInterfaceBackend, *arguments: Any, **named: Any) -> Any:
        lambda_interfaces.expire(self)
        return original(self, *arguments, **named)

    return reading


def _in_place(ec2: Any) -> list[Any]:
    """The interfaces that are in use; moto keeps those of deleted NAT gateways, too."""
    lambda_interfaces.expire(ec2)
    left = {gateway._eni.id for gateway in ec2.nat_gateways.values() if gateway.state == "deleted"}
    return [one for one in ec2.enis.values() if one.id not in left]


def _of_endpoints_and_gateways(ec2: Any) -> set[str]:
    """The interfaces of endpoints and gateways; moto itself deletes the first by another way."""
    of_endpoints = {one for endpoint in ec2.vpc_end_points.values() for one in endpoint.network_interface_ids}
    return of_endpoints | {one._eni.id for one in ec2.nat_gateways.values() if one.state != "deleted"}


def _lambdas(ec2: Any, eni_id: str) -> bool:
    lambda_interfaces.expire(ec2)
    interface = ec2.enis.get(eni_id)
    return isinstance(interface, LambdaInterface) and interface.is_lambdas
