"""The resources that calls name by their parameters, for services whose ARNs follow from a name.

Each action's resource is the one that AWS's service authorization reference lists for it.
"""

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from scripts.local.aws.authorization.required_permissions import Location, RequiredPermission
from scripts.local.aws.operation_call import OperationCall

_GIVEN_BY_ARN = ("ResourceArn", "ResourceARN", "TopicArn")
_NAMED: Mapping[str, Mapping[str, str]] = {
    "cloudwatch": {"AlarmName": "alarm:{}", "AlarmNames": "alarm:{}"},
    "dynamodb": {"TableName": "table/{}"},
    "events": {"Name": "rule/{}", "Rule": "rule/{}"},
    "sns": {"Name": "{}"},
}
_DASHBOARDS = ("DashboardName", "DashboardNames")
_WITHOUT_RESOURCE = frozenset({"sns:GetSubscriptionAttributes", "sns:Unsubscribe"})


def required_permissions(call: OperationCall, location: Location) -> list[RequiredPermission]:
    """The permission on each resource that a call names; on `*` where it names none."""
    action = f"{call.service}:{call.operation.name}"
    if action in _WITHOUT_RESOURCE:
        return [RequiredPermission(action, "*")]
    arns = _of_scheduler(call, location) if call.service == "scheduler" else _of_names(call, location)
    return [RequiredPermission(action, arn, _leading_keys(call, location)) for arn in arns or ["*"]]


def _of_names(call: OperationCall, location: Location) -> list[str]:
    given = call.text(*_GIVEN_BY_ARN)
    if given:
        return [given]
    for parameter, form in _NAMED.get(call.service, {}).items():
        names = _listed(call.parameters.get(parameter))
        if names:
            return [location.arn(call.service, form.format(name)) for name in names]
    dashboards = [name for parameter in _DASHBOARDS for name in _listed(call.parameters.get(parameter))]
    return [location.global_arn("cloudwatch", f"dashboard/{name}") for name in dashboards]


def _of_scheduler(call: OperationCall, location: Location) -> list[str]:
    given, name = call.text(*_GIVEN_BY_ARN), call.text("Name")
    if given or not name:
        return [given] if given else []
    if call.operation.name.endswith("ScheduleGroup"):
        return [location.arn("scheduler", f"schedule-group/{name}")]
    return [location.arn("scheduler", f"schedule/{call.text('GroupName') or 'default'}/{name}")]


def _leading_keys(call: OperationCall, location: Location) -> Mapping[str, str]:
    """The partition key of an item, which is a condition key of DynamoDB's."""
    item = call.parameters.get("Key") or call.parameters.get("Item")
    if call.service != "dynamodb" or not item:
        return {}
    table = dynamodb_backends[location.account_id][location.region].tables.get(call.text("TableName"))
    value: Mapping[str, Any] = item.get(table.hash_key_attr, {}) if table else {}
    return {"dynamodb:leadingkeys": str(next(iter(value.values()), ""))}


def _listed(value: Any) -> list[str]:
    if not value:
        return []
    return [value] if isinstance(value, str) else [str(one) for one in value]
