"""The fault of each alarm: what makes it ring, what repairs it, and how long both may take."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.alarms import faults
from tests.alarms.world import World


@dataclass(frozen=True, slots=True)
class Fault:
    """`happens` lasts for its block, and is repaired at its end or by what the runbook says to type.

    Minutes are the longest allowed. `lasts` says for how long the alarm has to ring without a pause while the fault
    goes on; a fault that happens only once has 0. While the database is down, no command reaches it.
    """

    said: str
    happens: Callable[[World], Any]
    runbook: str
    fires_within: int
    clears_within: int
    lasts: int = 180
    database_is_down: bool = False


def _role(world: World, function: str) -> str:
    return world.functions[function].configuration.role_arn.rpartition("/")[2]


def _scheduler_may_not(*actions: str) -> Callable[[World], Any]:
    return lambda world: faults.role_may_not(world, f"{world.account.prefix}-scheduler", *actions)


def _keeps_no_dead_letters(function: Callable[[World], str], cause: Callable[[World], Any]) -> Callable[[World], Any]:
    return lambda world: faults.together(
        world, lambda world: faults.role_may_not(world, _role(world, function(world)), "sqs:SendMessage"), cause
    )


def processor(world: World) -> str:
    return world.processor


def handler(world: World) -> str:
    return world.handler


_REFUSED = _scheduler_may_not("lambda:InvokeFunction")
_LOST = _scheduler_may_not("lambda:InvokeFunction", "sqs:SendMessage")

CATALOGUE = {
    "chunks-dead-letters": Fault(
        "the handler may not read the bucket for more than an hour",
        lambda world: faults.s3_denies_reading(world, world.handler),
        "dead-letters",
        fires_within=120,
        clears_within=60,
    ),
    "schedules-dead-letters": Fault(
        "the scheduler's role may not invoke the function",
        _REFUSED,
        "dead-letters",
        fires_within=60,
        clears_within=60,
    ),
    "batch-processor-dead-letters": Fault(
        "the database is down",
        faults.database_is_down,
        "dead-letters",
        fires_within=60,
        clears_within=60,
        database_is_down=True,
    ),
    "request-handler-dead-letters": Fault(
        "somebody sends the handler an event of another kind",
        lambda world: faults.foreign_event(world, world.handler),
        "dead-letters",
        fires_within=30,
        clears_within=30,
    ),
    "queue-age": Fault(
        "the event source mapping is disabled",
        faults.mapping_is_disabled,
        "queue-age",
        fires_within=90,
        clears_within=30,
    ),
    "batch-processor-errors": Fault(
        "the database is down",
        faults.database_is_down,
        "errors",
        fires_within=20,
        clears_within=90,
        database_is_down=True,
    ),
    "request-handler-errors": Fault(
        "a setting of the handler is missing",
        lambda world: faults.setting_is_missing(world, world.handler),
        "errors",
        fires_within=20,
        clears_within=90,
        lasts=40,
    ),
    "batch-processor-throttles": Fault(
        "the reserved concurrency of the processor is 0",
        lambda world: faults.function_is_stopped(world, world.processor),
        "throttles",
        fires_within=20,
        clears_within=60,
    ),
    "request-handler-throttles": Fault(
        "the reserved concurrency of the handler is 0",
        lambda world: faults.function_is_stopped(world, world.handler),
        "throttles",
        fires_within=20,
        clears_within=60,
        lasts=40,
    ),
    "batch-processor-dead-letter-errors": Fault(
        "the database is down, and the role may not write dead letters",
        _keeps_no_dead_letters(processor, faults.database_is_down),
        "dead-letter-errors",
        fires_within=20,
        clears_within=90,
        database_is_down=True,
    ),
    "request-handler-dead-letter-errors": Fault(
        "an event of another kind, and the role may not write dead letters",
        _keeps_no_dead_letters(handler, lambda world: faults.foreign_event(world, world.handler)),
        "dead-letter-errors",
        fires_within=5,
        clears_within=60,
        lasts=0,
    ),
    "batch-processor-duration": Fault(
        "listing the bucket takes 800 seconds",
        lambda world: faults.s3_is_slow(world, world.processor, "ListObjectVersions", 800),
        "duration",
        fires_within=40,
        clears_within=90,
    ),
    "request-handler-duration": Fault(
        "reading a chunk takes 100 seconds",
        lambda world: faults.s3_is_slow(world, world.handler, "GetObject", 100),
        "duration",
        fires_within=30,
        clears_within=60,
    ),
    "schedules-failed": Fault(
        "the scheduler's role may not invoke the function", _REFUSED, "starts", fires_within=20, clears_within=60
    ),
    "schedules-dropped": Fault(
        "the scheduler's role may not invoke the function", _REFUSED, "starts", fires_within=40, clears_within=60
    ),
    "schedules-lost": Fault(
        "the scheduler's role may neither invoke the function nor write dead letters",
        _LOST,
        "starts",
        fires_within=40,
        clears_within=60,
    ),
    "rule-failed": Fault(
        "the rule is on, and may not invoke the function",
        faults.rule_may_not_start_the_function,
        "starts",
        fires_within=5,
        clears_within=60,
        lasts=0,
    ),
    "rule-lost": Fault(
        "the rule may neither invoke the function nor write dead letters",
        lambda world: faults.together(
            world, faults.queue_refuses_dead_letters_of_the_rule, faults.rule_may_not_start_the_function
        ),
        "starts",
        fires_within=5,
        clears_within=60,
        lasts=0,
    ),
    "chunks-failed": Fault(
        "the handler may not read the bucket",
        lambda world: faults.s3_denies_reading(world, world.handler),
        "chunks-failed",
        fires_within=20,
        clears_within=90,
        lasts=40,
    ),
    "batches-failed": Fault(
        "the processor may not read the bucket",
        lambda world: faults.s3_denies_reading(world, world.processor),
        "batches",
        fires_within=20,
        clears_within=30,
    ),
    "oldest-batch": Fault(
        "the event source mapping is disabled",
        faults.mapping_is_disabled_for_a_while,
        "batches",
        fires_within=280,
        clears_within=60,
    ),
    "datasets-overdue": Fault(
        "no file of a dataset comes for more than a day",
        faults.nothing_arrives,
        "datasets-overdue",
        fires_within=1830,
        clears_within=60,
    ),
    "schedule-silent": Fault(
        "the schedule is disabled", faults.schedule_is_off, "schedule-silent", fires_within=120, clears_within=30
    ),
}
