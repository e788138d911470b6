"""A function in a VPC has network interfaces, as AWS shows them, keeps them in use and deletes them."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts.local.aws import backends, behaviour
from scripts.local.aws.behaviour import Behaviour
from scripts.local.aws.patches import network_interfaces
from scripts.local.aws.patches.registry import all_patches
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.lambda_network import Clock, Network
from tests.integration.local.aws.served import Aws, Served, refusal

LIFE = 1200


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(behaviour, "now", clock)
    with behaviour.using(Behaviour(interface_seconds=LIFE)):
        yield clock


Run = Callable[[Callable[[Network], Any]], Any]


@pytest.fixture
def run(served: Served) -> Run:
    return lambda probe: served.run(all_patches(), lambda aws: probe(Network.made(aws)))


def test_a_function_has_one_in_each_of_its_subnets(compare: Compare) -> None:
    def found(aws: Aws) -> Any:
        network = Network.made(aws)
        network.function("a")
        return sorted(one["SubnetId"] for one in network.interfaces()) == sorted(network.subnets)

    assert compare(network_interfaces.has_those_of_functions, found) == (False, True)


def test_it_looks_like_what_aws_answers(run: Run) -> None:
    def probe(network: Network) -> Any:
        network.function("loader")
        return network.interfaces()[0], network.groups[0]

    interface, group = run(probe)

    assert interface["InterfaceType"] == "lambda"
    assert interface["Description"].startswith("AWS Lambda VPC ENI-loader-")
    assert interface["Status"] == "in-use"
    assert not interface["RequesterManaged"]
    assert interface["RequesterId"].startswith("AROA")
    assert [one["GroupId"] for one in interface["Groups"]] == [group]
    assert interface["PrivateIpAddress"].startswith("10.0.")
    attachment = interface["Attachment"]
    assert attachment["AttachmentId"].startswith("ela-attach-")
    assert (attachment["InstanceOwnerId"], attachment["DeviceIndex"], attachment["Status"]) == (
        "amazon-aws",
        1,
        "attached",
    )


def test_functions_with_the_same_subnets_and_groups_share_theirs(run: Run) -> None:
    def probe(network: Network) -> int:
        network.function("a")
        network.function("b")
        return len(network.interfaces())

    assert run(probe) == 2


def test_functions_with_other_groups_have_their_own(run: Run) -> None:
    def probe(network: Network) -> int:
        network.function("a")
        network.function("b", network.groups)
        return len(network.interfaces())

    assert run(probe) == 4


def test_they_keep_their_group_in_use(compare: Compare, clock: Clock) -> None:
    def probe(aws: Aws) -> str:
        network = Network.made(aws)
        network.function("a")
        return refusal(lambda: aws("ec2").delete_security_group(GroupId=network.groups[0]))

    assert compare(network_interfaces.keep_groups_and_subnets, probe) == ("", "DependencyViolation")


def test_they_keep_their_subnet_in_use(compare: Compare, clock: Clock) -> None:
    def probe(aws: Aws) -> str:
        network = Network.made(aws)
        network.function("a")
        return refusal(lambda: aws("ec2").delete_subnet(SubnetId=network.subnets[0]))

    assert compare(network_interfaces.keep_groups_and_subnets, probe) == ("", "DependencyViolation")


def test_a_group_that_no_function_uses_can_be_deleted(run: Run) -> None:
    def probe(network: Network) -> str:
        network.function("a")
        return refusal(lambda: network.aws("ec2").delete_security_group(GroupId=network.groups[1]))

    assert run(probe) == ""


def test_they_go_some_time_after_their_last_function(run: Run, clock: Clock) -> None:
    def probe(network: Network) -> Any:
        network.function("a")
        network.function("b")
        network.delete("a")
        clock.passes(LIFE * 2)
        while_used = network.statuses()
        network.delete("b")
        clock.passes(LIFE - 1)
        before = network.statuses(), refusal(lambda: network.aws("ec2").delete_subnet(SubnetId=network.subnets[0]))
        clock.passes(1)
        after = network.statuses(), refusal(lambda: network.aws("ec2").delete_subnet(SubnetId=network.subnets[0]))
        return while_used, before, after

    in_use = ["in-use", "in-use"]
    assert run(probe) == (in_use, (in_use, "DependencyViolation"), ([], ""))


def test_a_new_function_takes_over_those_that_would_have_gone(run: Run, clock: Clock) -> None:
    def probe(network: Network) -> Any:
        network.function("a")
        before = [one["NetworkInterfaceId"] for one in network.interfaces()]
        network.delete("a")
        clock.passes(LIFE - 1)
        network.function("b")
        clock.passes(LIFE * 2)
        return before == [one["NetworkInterfaceId"] for one in network.interfaces()]

    assert run(probe)


def test_a_published_version_keeps_those_of_its_configuration(run: Run, clock: Clock) -> None:
    def probe(network: Network) -> int:
        functions = network.aws("lambda")
        network.function("a")
        functions.publish_version(FunctionName="a")
        other = {"SubnetIds": network.subnets, "SecurityGroupIds": network.groups[1:]}
        functions.update_function_configuration(FunctionName="a", VpcConfig=other)
        clock.passes(LIFE)
        return len(network.interfaces())

    assert run(probe) == 4


def test_leaving_the_network_frees_it_after_a_time(run: Run, clock: Clock) -> None:
    def probe(network: Network) -> Any:
        network.function("a")
        nowhere: dict[str, list[str]] = {"SubnetIds": [], "SecurityGroupIds": []}
        network.aws("lambda").update_function_configuration(FunctionName="a", VpcConfig=nowhere)
        before = len(network.interfaces())
        clock.passes(LIFE)
        return before, len(network.interfaces())

    assert run(probe) == (2, 0)


def test_without_its_role_lambda_leaves_them_behind_for_others_to_delete(run: Run, clock: Clock) -> None:
    def probe(network: Network) -> Any:
        ec2, iam = network.aws("ec2"), network.aws("iam")
        network.function("a")
        network.delete("a")
        iam.delete_role_policy(RoleName="function", PolicyName="network")
        iam.delete_role(RoleName="function")
        clock.passes(LIFE)
        left = network.interfaces()
        statuses = [(one["Status"], "Attachment" in one) for one in left]
        busy = refusal(lambda: ec2.delete_security_group(GroupId=network.groups[0]))
        for one in left:
            ec2.delete_network_interface(NetworkInterfaceId=one["NetworkInterfaceId"])
        return statuses, busy, refusal(lambda: ec2.delete_security_group(GroupId=network.groups[0]))

    assert run(probe) == ([("available", False)] * 2, "DependencyViolation", "")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            lambda ec2, one: ec2.delete_network_interface(NetworkInterfaceId=one["NetworkInterfaceId"]),
            "InvalidParameterValue",
        ),
        (
            lambda ec2, one: ec2.detach_network_interface(AttachmentId=one["Attachment"]["AttachmentId"], Force=True),
            "OperationNotPermitted",
        ),
        (
            lambda ec2, one: ec2.modify_network_interface_attribute(
                NetworkInterfaceId=one["NetworkInterfaceId"], Groups=[one["Groups"][0]["GroupId"]]
            ),
            "OperationNotPermitted",
        ),
    ],
    ids=["delete", "detach", "change groups"],
)
def test_only_lambda_may_change_what_it_uses(served: Served, change: Callable[[Any, Any], object], code: str) -> None:
    def probe(aws: Aws) -> Any:
        network = Network.made(aws)
        network.function("a")
        interface = network.interfaces()[0]
        return refusal(lambda: change(aws("ec2"), interface)), len(network.interfaces())

    assert served.run(all_patches(), probe) == (code, 2)
    others = [one for one in all_patches() if one.function is not network_interfaces.leaves_them_to_their_service]
    assert served.run(others, probe) != (code, 2)


def test_the_interface_of_an_endpoint_is_in_use(compare: Compare) -> None:
    def probe(aws: Aws) -> str:
        ec2 = aws("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        made = ec2.create_vpc_endpoint(
            VpcId=vpc, ServiceName="com.amazonaws.eu-west-2.sqs", VpcEndpointType="Interface", SubnetIds=[subnet]
        )
        interface = made["VpcEndpoint"]["NetworkInterfaceIds"][0]
        return refusal(lambda: ec2.delete_network_interface(NetworkInterfaceId=interface))

    assert compare(network_interfaces.leaves_them_to_their_service, probe) == ("", "InvalidParameterValue")


def test_they_are_saved_with_their_times(run: Run, clock: Clock) -> None:
    def probe(network: Network) -> Any:
        network.function("a")
        network.delete("a")
        clock.passes(LIFE - 1)
        backends.restore(io.BytesIO(backends.save()))
        before = len(network.interfaces())
        clock.passes(1)
        return before, len(network.interfaces())

    assert run(probe) == (2, 0)
