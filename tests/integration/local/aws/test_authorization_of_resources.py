"""A local AWS that enforces IAM: which resources, tags and passed roles a call needs a permission for."""

from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from scripts.local.runtime.aws import Aws
from tests.integration.ci_roles.tokens import ISSUER, token
from tests.integration.local.aws.enforcing import ACCOUNT, REGION, MakeRole, allow, aws, document, key, role
from tests.integration.local.aws.served import refusal

__all__ = ["aws", "key", "role"]

OURS = [{"Key": "team", "Value": "ours"}]
REQUESTED = {"aws:RequestTag/team": "ours"}
OWN = {"aws:ResourceTag/team": "ours"}
LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def tagged(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": OURS}]


def test_what_is_made_needs_the_tags_of_the_request(role: MakeRole) -> None:
    networks = arn("ec2", "vpc/*")
    ec2 = role(
        allow("ec2:CreateVpc", on=networks, StringEquals=REQUESTED),
        allow("ec2:CreateTags", on=networks, StringEquals={"ec2:CreateAction": "CreateVpc"}),
    ).client("ec2")
    made = ec2.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=tagged("vpc"))["Vpc"]["VpcId"]
    assert refusal(lambda: ec2.create_vpc(CidrBlock="10.2.0.0/16")) == "UnauthorizedOperation"
    assert refusal(lambda: ec2.create_tags(Resources=[made], Tags=OURS)) == "UnauthorizedOperation"


def test_what_exists_is_known_by_its_tags(aws: Aws, role: MakeRole) -> None:
    operator = aws.client("ec2")
    own = operator.create_vpc(CidrBlock="10.3.0.0/16", TagSpecifications=tagged("vpc"))["Vpc"]["VpcId"]
    other = operator.create_vpc(CidrBlock="10.4.0.0/16")["Vpc"]["VpcId"]
    ec2 = role(allow("ec2:DeleteVpc", on=arn("ec2", "vpc/*"), StringEquals=OWN)).client("ec2")
    assert refusal(lambda: ec2.delete_vpc(VpcId=other)) == "UnauthorizedOperation"
    assert ec2.delete_vpc(VpcId=own)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_every_resource_that_a_call_names_needs_the_permission(aws: Aws, role: MakeRole) -> None:
    vpc = aws.client("ec2").create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
    subnets, given = arn("ec2", "subnet/*"), {"VpcId": vpc, "CidrBlock": "10.5.0.0/24"}
    half = role(allow("ec2:CreateSubnet", on=subnets)).client("ec2")
    both = role(allow("ec2:CreateSubnet", on=subnets), allow("ec2:CreateSubnet", on=arn("ec2", f"vpc/{vpc}"))).client(
        "ec2"
    )
    assert refusal(lambda: half.create_subnet(**given)) == "UnauthorizedOperation"
    assert both.create_subnet(**given)["Subnet"]["VpcId"] == vpc


def test_an_association_stands_for_its_route_table_and_subnet(aws: Aws, role: MakeRole) -> None:
    operator = aws.client("ec2")
    vpc = operator.create_vpc(CidrBlock="10.6.0.0/16")["Vpc"]["VpcId"]
    subnet = operator.create_subnet(VpcId=vpc, CidrBlock="10.6.0.0/24")["Subnet"]["SubnetId"]
    table = operator.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    made = operator.associate_route_table(SubnetId=subnet, RouteTableId=table)["AssociationId"]
    action = "ec2:DisassociateRouteTable"
    half = role(allow(action, on=arn("ec2", f"subnet/{subnet}"))).client("ec2")
    both = role(*(allow(action, on=arn("ec2", one)) for one in (f"subnet/{subnet}", f"route-table/{table}"))).client(
        "ec2"
    )
    assert refusal(lambda: half.disassociate_route_table(AssociationId=made)) == "UnauthorizedOperation"
    assert both.disassociate_route_table(AssociationId=made)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_function_needs_the_role_that_it_is_given_to_be_passed(aws: Aws, role: MakeRole) -> None:
    given = aws.client("iam").create_role(RoleName="passed", AssumeRolePolicyDocument=document(LAMBDA))["Role"]["Arn"]
    name = f"function-{uuid4().hex[:8]}"
    function = {
        "FunctionName": name, "Role": given, "Handler": "a.b", "Runtime": "python3.13", "Code": {"ZipFile": b"none"},
    }  # fmt: skip
    create = allow("lambda:CreateFunction", on=arn("lambda", f"function:{name}"))
    passing = {"iam:PassedToService": "lambda.amazonaws.com"}
    elsewhere = {"iam:PassedToService": "ec2.amazonaws.com"}
    for session in (role(create), role(create, allow("iam:PassRole", on=given, StringEquals=elsewhere))):
        client = session.client("lambda")
        assert refusal(lambda client=client: client.create_function(**function)) == "AccessDeniedException"
    may = role(create, allow("iam:PassRole", on=given, StringEquals=passing)).client("lambda")
    assert may.create_function(**function)["FunctionName"] == name


def test_a_role_is_made_with_the_boundary_that_is_asked_for(aws: Aws, role: MakeRole) -> None:
    boundary = aws.client("iam").create_policy(PolicyName="asked-for", PolicyDocument=document(allow("s3:*")))[
        "Policy"
    ]["Arn"]
    asked = allow("iam:CreateRole", "iam:PutRolePolicy", StringEquals={"iam:PermissionsBoundary": boundary})
    iam = role(asked).client("iam")
    made = {"RoleName": "bounded", "AssumeRolePolicyDocument": document(LAMBDA)}
    assert refusal(lambda: iam.create_role(**made)) == "AccessDenied"
    assert iam.create_role(**made, PermissionsBoundary=boundary)["Role"]["RoleName"] == "bounded"
    policy = {"PolicyName": "task", "PolicyDocument": document(allow("s3:*"))}
    assert iam.put_role_policy(RoleName="bounded", **policy)["ResponseMetadata"]["HTTPStatusCode"] == 200
    aws.client("iam").create_role(RoleName="unbounded", AssumeRolePolicyDocument=document(LAMBDA))
    assert refusal(lambda: iam.put_role_policy(RoleName="unbounded", **policy)) == "AccessDenied"


def test_items_are_told_apart_by_their_key(aws: Aws, role: MakeRole) -> None:
    name = f"table-{uuid4().hex[:8]}"
    aws.client("dynamodb").create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
    )  # fmt: skip
    only = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["live/*/state"]}}
    table = role(allow("dynamodb:PutItem", on=arn("dynamodb", f"table/{name}"), **only)).client("dynamodb")
    assert table.put_item(TableName=name, Item={"LockID": {"S": "live/a/state"}})["ResponseMetadata"]
    digest = {"LockID": {"S": "live/a/state-md5"}}
    assert refusal(lambda: table.put_item(TableName=name, Item=digest)) == "AccessDeniedException"


def test_a_key_is_made_with_tags_and_named_with_permissions_on_both(role: MakeRole, key: str) -> None:
    tags = [{"TagKey": "team", "TagValue": "ours"}]
    kms = role(allow("kms:CreateKey", StringEquals=REQUESTED)).client("kms")
    assert refusal(lambda: kms.create_key(Tags=tags)) == "AccessDeniedException"
    kms = role(allow("kms:CreateKey", "kms:TagResource", StringEquals=REQUESTED)).client("kms")
    assert kms.create_key(Tags=tags)["KeyMetadata"]["KeyId"]
    alias = {"AliasName": f"alias/{uuid4().hex[:8]}", "TargetKeyId": key}
    half = role(allow("kms:CreateAlias", on=key)).client("kms")
    both = role(allow("kms:CreateAlias", on=key), allow("kms:CreateAlias", on=arn("kms", alias["AliasName"]))).client(
        "kms"
    )
    assert refusal(lambda: half.create_alias(**alias)) == "AccessDeniedException"
    assert both.create_alias(**alias)["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    ("action", "resource", "operation", "own", "other"),
    [
        ("sns:CreateTopic", "sns:{}:ours-alarms", "create_topic", {"Name": "ours-alarms"}, {"Name": "theirs"}),
        ("events:DescribeRule", "events:{}:rule/ours-*", "describe_rule", {"Name": "ours-1"}, {"Name": "theirs"}),
        ("cloudwatch:DeleteAlarms", "cloudwatch:{}:alarm:ours-*", "delete_alarms",
         {"AlarmNames": ["ours-1", "ours-2"]}, {"AlarmNames": ["ours-1", "theirs"]}),
        ("scheduler:GetScheduleGroup", "scheduler:{}:schedule-group/ours", "get_schedule_group",
         {"Name": "ours"}, {"Name": "theirs"}),
        ("scheduler:GetSchedule", "scheduler:{}:schedule/ours/*", "get_schedule",
         {"Name": "one", "GroupName": "ours"}, {"Name": "one"}),
    ],
)  # fmt: skip
def test_names_are_resources(
    role: MakeRole, action: str, resource: str, operation: str, own: dict[str, Any], other: dict[str, Any]
) -> None:
    service = action.partition(":")[0]
    on = f"arn:aws:{resource.format(f'{REGION}:{ACCOUNT}')}"
    call = getattr(role(allow(action, on=on)).client(service), operation)
    assert refusal(lambda: call(**other)) in ("AccessDenied", "AccessDeniedException", "AuthorizationError")
    allowed = _error(lambda: call(**own))
    assert allowed is None or "AccessDenied" not in allowed


def _error(call: Any) -> str | None:
    """The code of an error, or None: what is named need not exist."""
    try:
        call()
    except Exception as error:
        return str(getattr(error, "response", {}).get("Error", {}).get("Code", error))
    return None


def test_a_token_is_taken_where_the_trust_policy_names_its_provider_and_claims(aws: Aws) -> None:
    iam = aws.client("iam")
    provider = iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=["sts.amazonaws.com"])
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": provider["OpenIDConnectProviderArn"]},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{ISSUER.removeprefix('https://')}:sub": "repo:a/b:pull_request"}},
    }
    wanted = iam.create_role(RoleName="of-a-job", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    sts = boto3.client(
        "sts",
        endpoint_url=aws.endpoint.url,
        region_name=REGION,
        verify=str(aws.endpoint.ca_bundle),
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )

    def assume(subject: str) -> Any:
        given = {"RoleArn": wanted, "RoleSessionName": "job", "WebIdentityToken": token(subject)}
        return sts.assume_role_with_web_identity(**given)

    assert assume("repo:a/b:pull_request")["Credentials"]["SessionToken"]
    assert refusal(lambda: assume("repo:a/c:pull_request")) == "AccessDenied"
