from typing import Any

import pytest

from scripts.local.aws.patches import ec2
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.served import REGION, Aws

HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
PREFIX_LIST = "pl-7ca54015"


def groups(aws: Aws) -> tuple[str, str, str]:
    client = aws("ec2")
    vpc_id = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    names = ("functions", "endpoints", "others")
    made = [client.create_security_group(GroupName=n, Description=n, VpcId=vpc_id)["GroupId"] for n in names]
    return made[0], made[1], made[2]


def authorized(aws: Aws, group_id: str, **target: Any) -> Any:
    permission = HTTPS | target
    answer = aws("ec2").authorize_security_group_egress(GroupId=group_id, IpPermissions=[permission])
    return answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]


def rule(aws: Aws, rule_id: str) -> Any:
    return aws("ec2").describe_security_group_rules(SecurityGroupRuleIds=[rule_id])["SecurityGroupRules"][0]


def modify(aws: Aws, group_id: str, rule_id: str, **given: str) -> None:
    change = {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": HTTPS | given}
    aws("ec2").modify_security_group_rules(GroupId=group_id, SecurityGroupRules=[change])


def test_description_of_a_rule_for_a_group_is_kept(compare: Compare) -> None:
    def description(aws: Aws) -> Any:
        functions, endpoints, _ = groups(aws)
        pair = {"GroupId": endpoints, "Description": "to endpoints"}
        return rule(aws, authorized(aws, functions, UserIdGroupPairs=[pair])).get("Description")

    bad, good = compare(ec2.keeps_descriptions_of_rules, description)

    assert bad is None
    assert good == "to endpoints"


def test_description_of_a_rule_for_a_prefix_list_is_kept(compare: Compare) -> None:
    def description(aws: Aws) -> Any:
        functions, _, _ = groups(aws)
        prefix_list = {"PrefixListId": PREFIX_LIST, "Description": "to S3"}
        return rule(aws, authorized(aws, functions, PrefixListIds=[prefix_list])).get("Description")

    bad, good = compare(ec2.keeps_descriptions_of_rules, description)

    assert bad is None
    assert good == "to S3"


def test_changed_description_of_a_rule_is_kept(compare: Compare) -> None:
    def description(aws: Aws) -> Any:
        functions, endpoints, _ = groups(aws)
        pair = {"GroupId": endpoints, "Description": "to endpoints"}
        rule_id = authorized(aws, functions, UserIdGroupPairs=[pair])
        modify(aws, functions, rule_id, ReferencedGroupId=endpoints, Description="to all endpoints")
        return rule(aws, rule_id).get("Description")

    _, good = compare(ec2.keeps_descriptions_of_rules, description)

    assert good == "to all endpoints"


def test_rule_is_given_another_group(compare: Compare) -> None:
    def refers_to_the_other_group(aws: Aws) -> bool:
        functions, endpoints, others = groups(aws)
        rule_id = authorized(aws, functions, UserIdGroupPairs=[{"GroupId": endpoints}])
        modify(aws, functions, rule_id, ReferencedGroupId=others)
        return bool(rule(aws, rule_id)["ReferencedGroupInfo"]["GroupId"] == others)

    bad, good = compare(ec2.modifies_what_rules_refer_to, refers_to_the_other_group)

    assert (bad, good) == (False, True)


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ({"PrefixListIds": [{"PrefixListId": PREFIX_LIST}]}, "pl-6ca54005", "PrefixListId"),
        ({"Ipv6Ranges": [{"CidrIpv6": "fd00::/64"}]}, "fd01::/64", "CidrIpv6"),
    ],
)
def test_rule_is_given_another_target(compare: Compare, before: dict[str, Any], after: str, name: str) -> None:
    def target(aws: Aws) -> Any:
        functions, _, _ = groups(aws)
        rule_id = authorized(aws, functions, **before)
        modify(aws, functions, rule_id, **{name: after})
        return rule(aws, rule_id)[name]

    bad, good = compare(ec2.modifies_what_rules_refer_to, target)

    assert bad != after
    assert good == after


@pytest.mark.parametrize("destination", ["logs/flow/", "logs/flow", "logs"])
def test_flow_logs_are_delivered_below_a_prefix(compare: Compare, destination: str) -> None:
    def kept_destination(aws: Aws) -> Any:
        aws("s3").create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": REGION})
        vpc_id = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        aws("ec2").create_flow_logs(
            ResourceIds=[vpc_id],
            ResourceType="VPC",
            TrafficType="ALL",
            LogDestinationType="s3",
            LogDestination=f"arn:aws:s3:::{destination}",
        )
        return [log["LogDestination"] for log in aws("ec2").describe_flow_logs()["FlowLogs"]]

    bad, good = compare(ec2.delivers_flow_logs_below_a_prefix, kept_destination)

    assert bad == ([f"arn:aws:s3:::{destination}"] if "/" not in destination else [])
    assert good == [f"arn:aws:s3:::{destination}"]


def test_deleted_endpoint_is_gone(compare: Compare) -> None:
    def endpoints_left(aws: Aws) -> int:
        client = aws("ec2")
        vpc_id = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        service = f"com.amazonaws.{REGION}.s3"
        made = client.create_vpc_endpoint(VpcId=vpc_id, ServiceName=service, VpcEndpointType="Gateway")
        client.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpoint"]["VpcEndpointId"]])
        return len(client.describe_vpc_endpoints()["VpcEndpoints"])

    bad, good = compare(ec2.forgets_deleted_endpoints, endpoints_left)

    assert bad == 1
    assert good == 0
