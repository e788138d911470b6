"""What of an environment is in an account, found by name and tag, service by service."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from scripts.account.account import Account, called
from scripts.common import environments
from scripts.state import state_lock
from scripts.state.unit_state import UnitState


@dataclass(frozen=True, slots=True)
class Left:
    """One resource that is there. `is_expected` says that it is meant to stay, for the reason in `note`."""

    kind: str
    name: str
    note: str = ""
    is_expected: bool = False

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.kind} {self.name}{f' ({self.note})' if self.note else ''}"

    def as_json(self) -> dict[str, object]:
        """The same for the report."""
        return asdict(self)


QUEUE_SECONDS = 90.0
"""SQS takes up to 60 seconds to delete a queue, and answers for it meanwhile:
https://docs.aws.amazon.com/sdk-for-sap-abap/v1/api/latest/sqs/operation/DELETEQUEUE.html."""
POLL_SECONDS = 5.0


def take_after_destroy(account: Account) -> list[Left]:
    """Everything that is still there; queues have time to go. Raises what `take` raises."""
    deadline = time.monotonic() + QUEUE_SECONDS
    found = take(account)
    while any(one.kind == "queue" for one in found) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        found = take(account)
    return found


def take(account: Account) -> list[Left]:
    """Everything of the environment; raises UserError where a service cannot be asked, since it may hide something."""
    named = [one for row in BY_NAME for one in _by_name(account, *row)]
    return named + [one for find in FINDERS for one in find(account)]


def _by_name(account: Account, kind: str, service: str, operation: str, answer: str, name: str) -> Iterator[Left]:
    """The resources whose names begin as those of the environment do."""
    for one in _pages(account, service, operation, answer):
        found = str(one[name] if name else one)
        if _is_ours(account, re.split("[:/]", found)[-1]):
            yield Left(kind, found)


def _is_ours(account: Account, name: str) -> bool:
    """Whether a name is the prefix itself or continues it, and is not that of an environment with a longer name."""
    prefix = account.environment.prefix
    live = account.environment.live
    longer = [environments.load(other, live).prefix for other in environments.names(live)]
    others = [one for one in longer if one.startswith(f"{prefix}-")]
    return _continues(name, prefix) and not any(_continues(name, other) for other in others)


def _continues(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}-")


def _pages(account: Account, service: str, operation: str, answer: str, **asked: Any) -> Iterator[Any]:
    client = account.client(service)
    if not client.can_paginate(operation):
        yield from called(getattr(client, operation), **asked).get(answer, [])
        return
    pages = iter(client.get_paginator(operation).paginate(**asked))
    while (page := called(partial(next, pages, None))) is not None:
        yield from page.get(answer, [])


def _tags(account: Account) -> dict[str, str]:
    """The tags by which a resource belongs to the environment; common.hcl gives them to every resource."""
    environment = account.environment
    return {"project": environments.project(environment.live), "environment": environment.name}


def keys(account: Account) -> Iterator[Left]:
    """Keys with the environment's tags; KMS deletes a key 7 to 30 days after it was scheduled for deletion.

    https://docs.aws.amazon.com/kms/latest/cryptographic-details/key-deletion.html. Until then nothing is charged:
    https://aws.amazon.com/kms/pricing/.
    """
    kms, wanted = account.client("kms"), _tags(account).items()
    for one in _pages(account, "kms", "list_keys", "Keys"):
        key = called(kms.describe_key, KeyId=one["KeyId"])["KeyMetadata"]
        if key["KeyManager"] != "CUSTOMER" or key["KeyState"] == "Unavailable":
            continue
        tags = called(kms.list_resource_tags, KeyId=one["KeyId"])["Tags"]
        if not wanted <= {tag["TagKey"]: tag["TagValue"] for tag in tags}.items():
            continue
        if key["KeyState"] == "PendingDeletion":
            note = f"scheduled for deletion, deleted on {key['DeletionDate']:%Y-%m-%d}; not charged until then"
            yield Left("KMS key", key["KeyId"], note, is_expected=True)
        else:
            yield Left("KMS key", key["KeyId"], f"state {key['KeyState']}")


def network(account: Account) -> Iterator[Left]:
    """What belongs to the VPC and has the environment's tags, and the interfaces in its security groups."""
    filters = [{"Name": f"tag:{name}", "Values": [value]} for name, value in _tags(account).items()]
    groups: list[str] = []
    for kind, operation, answer, name in (
        ("VPC", "describe_vpcs", "Vpcs", "VpcId"),
        ("subnet", "describe_subnets", "Subnets", "SubnetId"),
        ("route table", "describe_route_tables", "RouteTables", "RouteTableId"),
        ("security group", "describe_security_groups", "SecurityGroups", "GroupId"),
        ("VPC endpoint", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    ):
        for one in _pages(account, "ec2", operation, answer, Filters=filters):
            if one.get("State") in {"deleted", "deleting"}:
                continue
            groups += [one[name]] if kind == "security group" else []
            yield Left(kind, one[name])
    for one in _pages(account, "ec2", "describe_flow_logs", "FlowLogs", Filters=filters):
        yield Left("flow log", one["FlowLogId"])
    if groups:
        of_groups = [{"Name": "group-id", "Values": groups}]
        for one in _pages(account, "ec2", "describe_network_interfaces", "NetworkInterfaces", Filters=of_groups):
            yield Left("network interface", one["NetworkInterfaceId"], one.get("Description", ""))


def mappings(account: Account) -> Iterator[Left]:
    """Mappings from queues to the environment's functions."""
    for one in _pages(account, "lambda", "list_event_source_mappings", "EventSourceMappings"):
        if _is_ours(account, one.get("FunctionArn", "").partition(":function:")[2].partition(":")[0]):
            yield Left("event source mapping", one["UUID"])


def policies(account: Account) -> Iterator[Left]:
    """The account's own policies with the environment's names."""
    for one in _pages(account, "iam", "list_policies", "Policies", Scope="Local"):
        if _is_ours(account, one["PolicyName"]):
            yield Left("policy", one["PolicyName"])


def identity_providers(account: Account) -> Iterator[Left]:
    """Identity providers with the environment's tags."""
    iam, wanted = account.client("iam"), _tags(account).items()
    for one in _pages(account, "iam", "list_open_id_connect_providers", "OpenIDConnectProviderList"):
        tags = called(iam.list_open_id_connect_provider_tags, OpenIDConnectProviderArn=one["Arn"])["Tags"]
        if wanted <= {tag["Key"]: tag["Value"] for tag in tags}.items():
            yield Left("identity provider", one["Arn"].rpartition("/")[2])


def secrets(account: Account) -> Iterator[Left]:
    """Secrets, those that are scheduled for deletion too."""
    for one in _pages(account, "secretsmanager", "list_secrets", "SecretList", IncludePlannedDeletion=True):
        if _is_ours(account, one["Name"]):
            deleted = one.get("DeletedDate")
            yield Left("secret", one["Name"], f"scheduled for deletion on {deleted:%Y-%m-%d}" if deleted else "")


def states(account: Account) -> Iterator[Left]:
    """The state bucket, the lock table, and the states of the units; a state without resources is history."""
    environment = account.environment
    s3 = account.client("s3")
    if not has_backend(account):
        return
    yield Left("state bucket", environment.state_name, "all units share it; it is meant to stay", is_expected=True)
    lock = state_lock.of(environment)
    if lock.in_table:
        yield Left("lock table", environment.state_name, "as the state bucket", is_expected=True)
    for unit in environment.units():
        state = UnitState(environment.state_name, environment.state_key(unit), s3, account.client("dynamodb"), lock)
        current = next((version for version in state.versions() if version.is_current), None)
        if current:
            yield Left("state", state.key, f"{current.managed} resources", is_expected=current.managed == 0)


def has_backend(account: Account) -> bool:
    """Whether the state bucket exists."""
    names = [one["Name"] for one in _pages(account, "s3", "list_buckets", "Buckets")]
    return account.environment.state_name in names


BY_NAME = (
    ("bucket", "s3", "list_buckets", "Buckets", "Name"),
    ("function", "lambda", "list_functions", "Functions", "FunctionName"),
    ("log group", "logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("queue", "sqs", "list_queues", "QueueUrls", ""),
    ("role", "iam", "list_roles", "Roles", "RoleName"),
    ("alarm", "cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("dashboard", "cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("rule", "events", "list_rules", "Rules", "Name"),
    ("schedule group", "scheduler", "list_schedule_groups", "ScheduleGroups", "Name"),
    ("key alias", "kms", "list_aliases", "Aliases", "AliasName"),
    ("topic", "sns", "list_topics", "Topics", "TopicArn"),
)
"""Kind, service, operation, the list in its answer, and what names an element ("" where the elements are names)."""

FINDERS: tuple[Callable[[Account], Iterator[Left]], ...] = (
    mappings,
    policies,
    identity_providers,
    secrets,
    keys,
    network,
    states,
)
