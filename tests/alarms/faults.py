"""What goes wrong in an environment, one entry for each alarm, and what repairs it.

A fault is made where it would be made on AWS: in the configuration of the local AWS, in the answers of a service, or at
the database. Nothing writes a metric or a state.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from tests.alarms.world import World
from tests.support.failing import refusal

_MISTAKE = "mistake"


@contextmanager
def _calls_meet(world: World, on_call: Callable[[str, Mapping[str, Any]], None], function: str) -> Iterator[None]:
    """Let the calls of one function meet a fault."""

    def meet(service: str, operation: str, params: Mapping[str, Any]) -> None:
        if world.functions[function].ends_at is not None:
            on_call(operation, params)

    world.on_calls.append(meet)
    try:
        yield
    finally:
        world.on_calls.remove(meet)


@contextmanager
def s3_denies_reading(world: World, function: str) -> Iterator[None]:
    def deny(operation: str, _: Mapping[str, Any]) -> None:
        if operation == "GetObject":
            raise refusal("AccessDenied", "GetObject", 403)

    with _calls_meet(world, deny, function):
        world.drop_airports()
        yield


@contextmanager
def s3_is_slow(world: World, function: str, operation: str, seconds: float) -> Iterator[None]:
    def wait(called: str, _: Mapping[str, Any]) -> None:
        if called == operation:
            world.spend(seconds)

    with _calls_meet(world, wait, function):
        world.drop_airports_each_run = True
        yield
        world.drop_airports_each_run = False


@contextmanager
def database_is_down(world: World) -> Iterator[None]:
    aside = world.folder / "aside"
    world.database.parent.rename(aside)
    world.restart()
    yield
    aside.rename(world.database.parent)


@contextmanager
def role_may_not(world: World, role_name: str, *actions: str) -> Iterator[None]:
    iam = world.account.client("iam")
    statement = {"Effect": "Deny", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role_name, PolicyName=_MISTAKE, PolicyDocument=document)
    world.account.changed()
    yield
    iam.delete_role_policy(RoleName=role_name, PolicyName=_MISTAKE)
    world.account.changed()


@contextmanager
def mapping_is_disabled(world: World) -> Iterator[None]:
    functions = world.account.client("lambda")
    (mapping,) = functions.list_event_source_mappings()["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    world.account.changed()
    world.drop_airports()
    yield
    # The runbook has the command that enables it.


@contextmanager
def mapping_is_disabled_for_a_while(world: World) -> Iterator[None]:
    with mapping_is_disabled(world):
        yield
    functions = world.account.client("lambda")
    (mapping,) = functions.list_event_source_mappings()["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    world.account.changed()


@contextmanager
def function_is_stopped(world: World, function: str) -> Iterator[None]:
    functions = world.account.client("lambda")
    before = functions.get_function_concurrency(FunctionName=function).get("ReservedConcurrentExecutions")
    functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    world.account.changed()
    world.drop_airports()
    yield
    if before is None:
        functions.delete_function_concurrency(FunctionName=function)
    else:
        functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=before)
    world.account.changed()


@contextmanager
def setting_is_missing(world: World, function: str) -> Iterator[None]:
    functions = world.account.client("lambda")
    before = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    left = {name: value for name, value in before.items() if name != "CSVBATCH_BUCKET"}
    functions.update_function_configuration(FunctionName=function, Environment={"Variables": left})
    world.account.changed()
    world.restart()
    world.drop_airports()
    yield
    functions.update_function_configuration(FunctionName=function, Environment={"Variables": before})
    world.account.changed()
    world.restart()


@contextmanager
def foreign_event(world: World, function: str) -> Iterator[None]:
    world.lambdas.send(function, {"unknown": True})
    yield


@contextmanager
def nothing_arrives(world: World) -> Iterator[None]:
    world.files_arrive = False
    yield
    world.files_arrive = True
    world.drop_airports()


@contextmanager
def schedule_is_off(world: World) -> Iterator[None]:
    scheduler = world.account.client("scheduler")
    (found,) = world.account.schedules()
    kept = ("Name", "GroupName", "ScheduleExpression", "ScheduleExpressionTimezone", "FlexibleTimeWindow", "Target")
    same = {name: found[name] for name in kept}
    scheduler.update_schedule(**same, State="DISABLED")
    world.account.changed()
    yield
    scheduler.update_schedule(**same, State="ENABLED")
    world.account.changed()


@contextmanager
def rule_may_not_start_the_function(world: World) -> Iterator[None]:
    """The rule is switched on, which the environments leave to their owners, without its permission."""
    events, functions = world.account.client("events"), world.account.client("lambda")
    rule = f"{world.account.prefix}-object-created"
    policy = json.loads(functions.get_policy(FunctionName=world.processor)["Policy"])
    (statement,) = [one for one in policy["Statement"] if one["Sid"] == rule]
    functions.remove_permission(FunctionName=world.processor, StatementId=rule)
    events.enable_rule(Name=rule)
    world.account.changed()
    world.drop_airports()
    yield
    functions.add_permission(
        FunctionName=world.processor,
        StatementId=rule,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=statement["Condition"]["ArnLike"]["AWS:SourceArn"],
    )
    events.disable_rule(Name=rule)
    world.account.changed()


@contextmanager
def queue_refuses_dead_letters_of_the_rule(world: World) -> Iterator[None]:
    sqs = world.account.client("sqs")
    url = world.account.queue_url(f"{world.account.prefix}-events-dead-letters")
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    document = json.loads(before)
    document["Statement"] = [one for one in document["Statement"] if one["Sid"] != "AllowRule"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(document)})
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": before})


@contextmanager
def together(world: World, *faults: Callable[[World], Any]) -> Iterator[None]:
    """One fault after the other; they are repaired in the opposite order."""
    with ExitStack() as stack:
        for fault in faults:
            stack.enter_context(fault(world))
        yield
