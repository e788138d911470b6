"""The platform's whole work, done by the deployed zips with nothing but their roles' credentials."""

from tests.integration.least_privilege.enforced import HANDLER, PROCESSOR, READER
from tests.integration.least_privilege.flow import ROWS, Flow


def test_all_files_are_loaded_with_iam_enforced(flow: Flow) -> None:
    states = {(key.rpartition("/")[2], state) for key, state, *_ in flow.numbers}
    assert states == {
        ("airports.csv", "closed"),
        ("recipients.csv", "closed"),
        ("packed.csv.gz", "closed"),
        ("cut.csv.gz", "refused"),
        ("refused.csv", "refused"),
    }
    assert all(read == merged + rejected for _, _, read, merged, rejected, _ in flow.numbers)
    assert [read for key, _, read, *_ in flow.numbers if "recipients" in key] == [ROWS] * 3


def test_numbers_are_those_of_a_run_without_iam(flow: Flow, flow_without_iam: Flow) -> None:
    assert flow.numbers == flow_without_iam.numbers
    assert not flow_without_iam.decisions


def test_nothing_was_refused_on_the_way(flow: Flow) -> None:
    assert [one for one in flow.decisions if not one.allowed] == []


def test_all_of_it_was_done_by_the_roles(flow: Flow) -> None:
    assert {PROCESSOR, HANDLER, READER} <= {one.caller for one in flow.decisions}


def test_queue_is_polled_with_the_role_of_its_function(flow: Flow) -> None:
    polled = {one.caller for one in flow.decisions if one.action in ("sqs:ReceiveMessage", "sqs:DeleteMessage")}
    assert polled == {HANDLER}


def test_event_that_failed_is_kept_with_the_role_of_its_function(flow: Flow) -> None:
    assert flow.dead_letters == [1, 1]
    kept = {(one.caller, one.resource.rpartition(":")[2]) for one in flow.decisions if "dead-letters" in one.resource}
    assert kept == {(name, f"{name}-dead-letters") for name in (PROCESSOR, HANDLER)}


def test_rejected_rows_are_read_by_those_who_may(flow: Flow) -> None:
    assert flow.rejected_files_read == 2
