"""Faults with a name each, through the packaged functions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random

import psycopg
import pytest

from csvbatch.store import BatchState, ChunkState
from tests.faults.law import settle
from tests.faults.packaged.arenas import PackagedArena
from tests.faults.packaged.platform import USER
from tests.faults.packaged.world import PackagedWorld
from tests.faults.schedule import Event, What
from tests.faults.weather import THROUGH_PACKAGES, Fault, Kind
from tests.faults.world import MAXIMUM_RECEIVES
from tests.support.postgresql import Server

FILE = Event(What.FILE_ARRIVES, 14)
"""Nine rows in several chunks."""
SMALL_FILE = Event(What.FILE_ARRIVES, 26)
"""Three rows in one chunk."""
OF_HANDLERS = {Kind.FUNCTION_THROTTLED, Kind.MESSAGE_REPEATED}
OF_PROCESSORS = {Kind.QUEUE_THROTTLES, Kind.QUEUE_TAKES_SOME, Kind.MESSAGES_REORDERED}


@pytest.fixture(params=["postgresql"])
def arena(arenas: Callable[[str], PackagedArena], request: pytest.FixtureRequest) -> PackagedArena:
    return arenas(request.param)


@pytest.fixture
def world(arena: PackagedArena) -> Iterator[PackagedWorld]:
    """A world with one file, which nothing has seen yet."""
    with arena.running() as made:
        made.happen(FILE)
        yield made


@pytest.fixture
def world_of_one_chunk(arena: PackagedArena) -> Iterator[PackagedWorld]:
    with arena.running() as made:
        made.happen(SMALL_FILE)
        made.process()
        assert made.messages().waiting == 1
        yield made


def handle(world: PackagedWorld, fault: Fault | None = None) -> None:
    assert world.handle(Random(1), fault) == 1


def states(world: PackagedWorld) -> tuple[BatchState, set[ChunkState]]:
    """The state of the one batch, and those of its chunks."""
    store = world.store()
    (batch,) = store.latest_batches(2)
    chunks = {chunk.state for chunk in store.chunks(batch.id)}
    store.close_connection()
    return batch.state, chunks


def log_of(world: PackagedWorld) -> str:
    """What the request handler has logged so far."""
    return world.runtime.paths.log(world.platform.today.handler).read_text()


def server_of(arena: PackagedArena) -> Server:
    assert arena.server is not None, "it is PostgreSQL"
    return arena.server


@contextmanager
def each_row(arena: PackagedArena, does: str) -> Iterator[None]:
    """Let the server do something for each row that is put into the target table."""
    with psycopg.connect(server_of(arena).url(), autocommit=True) as connection:
        body = f"$$ BEGIN {does} RETURN NEW; END $$"
        connection.execute("CREATE SEQUENCE strikes")
        connection.execute(f"CREATE FUNCTION strike() RETURNS trigger LANGUAGE plpgsql AS {body}".encode())
        connection.execute(
            "CREATE TRIGGER strike BEFORE INSERT OR UPDATE ON recipients FOR EACH ROW EXECUTE FUNCTION strike()"
        )
        try:
            yield
        finally:
            connection.execute("DROP TRIGGER strike ON recipients")
            connection.execute("DROP FUNCTION strike()")
            connection.execute("DROP SEQUENCE strikes")


def logins_refused(arena: PackagedArena) -> int:
    """How often the server has refused the password of the functions' user."""
    return (server_of(arena).folder / "log").read_text().count(f'password authentication failed for user "{USER}"')


@pytest.mark.parametrize("kind", sorted({*THROUGH_PACKAGES} - OF_HANDLERS))
def test_a_fault_of_the_batch_processor(world: PackagedWorld, kind: Kind) -> None:
    world.process(Fault(kind, 1))
    assert world.struck[kind] == 1
    assert settle(world) == []


@pytest.mark.parametrize("kind", sorted({*THROUGH_PACKAGES} - OF_PROCESSORS))
def test_a_fault_of_the_request_handler(world: PackagedWorld, kind: Kind) -> None:
    world.process()
    handle(world, Fault(kind, 1))
    assert world.struck[kind] == 1
    assert settle(world) == []


@pytest.mark.parametrize("at", [5, 12, 25])
def test_a_request_handler_that_is_killed_later(world: PackagedWorld, at: int) -> None:
    world.process()
    handle(world, Fault(Kind.KILLED, at))
    assert world.struck[Kind.KILLED] == 1
    assert settle(world) == []


def test_a_handler_that_always_runs_out_of_memory_leaves_a_dead_letter_and_its_chunk_is_sent_again(
    world_of_one_chunk: PackagedWorld,
) -> None:
    world = world_of_one_chunk
    for _ in range(MAXIMUM_RECEIVES):
        handle(world, Fault(Kind.OUT_OF_MEMORY, 1))
        world.pass_time(timedelta(hours=2))
    assert world.handle(Random(1)) == 0
    assert world.messages().dead == 1
    # No handler lived to mark the chunk as dead: it counts as sent until the queue has surely lost the message.
    assert states(world) == (BatchState.LOADING, {ChunkState.SENT})
    assert "signal: killed" in log_of(world)
    assert settle(world) == []


def test_a_function_without_a_secret_says_what_to_do_and_loses_no_message(world: PackagedWorld) -> None:
    world.process()
    handle(world, Fault(Kind.SECRET_MISSING, 1))
    assert "store one with put-oracle-secret" in log_of(world)
    assert (world.messages().deleted, world.messages().dead) == (0, 0)
    assert settle(world) == []


def test_a_password_that_was_rotated_is_refused_until_the_secret_follows(
    world: PackagedWorld, arena: PackagedArena
) -> None:
    world.process()
    chunks = world.messages().waiting
    before = logins_refused(arena)
    world.recycle()
    world.rotate_password(secret_follows=False)
    for _ in range(chunks):
        handle(world)
    assert states(world) == (BatchState.LOADING, {ChunkState.SENT})
    assert logins_refused(arena) - before == 1, (
        "the same password must not be tried again: accounts are locked for that"
    )
    world.recover()
    world.pass_time(timedelta(hours=2))
    while world.handle(Random(1)):
        pass
    assert states(world) == (BatchState.CLOSED, {ChunkState.DONE})
    assert settle(world) == []


def test_a_database_that_is_stopped_for_a_while_gets_everything_when_it_is_back(
    world: PackagedWorld, arena: PackagedArena
) -> None:
    world.process()
    handle(world)
    server_of(arena).stop()
    handle(world)
    handle(world)
    assert world.messages().deleted == 1
    server_of(arena).start()
    world.pass_time(timedelta(hours=2))
    while world.handle(Random(1)):
        pass
    assert states(world) == (BatchState.CLOSED, {ChunkState.DONE})
    assert settle(world) == []


def test_a_database_out_of_space_loses_nothing(world: PackagedWorld, arena: PackagedArena) -> None:
    world.process()
    # 53100 is disk_full: https://www.postgresql.org/docs/current/errcodes-appendix.html
    with each_row(arena, "RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100';"):
        handle(world)
    assert "53100" in log_of(world)
    assert settle(world) == []


def test_a_deadlock_is_tried_again_within_the_invocation(world: PackagedWorld, arena: PackagedArena) -> None:
    world.process()
    # A sequence keeps its value when a transaction is rolled back. 40P01 is deadlock_detected.
    with each_row(arena, "IF nextval('strikes') < 3 THEN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END IF;"):
        handle(world)
    assert world.messages().deleted == 1
    assert settle(world) == []


def test_s3_that_throttles_until_the_client_gives_up(world: PackagedWorld) -> None:
    world.process()
    handle(world, Fault(Kind.S3_THROTTLES, 3))
    assert world.messages().deleted == 0
    assert "SlowDown" in log_of(world)
    assert settle(world) == []


def test_s3_that_throttles_once_is_not_noticed(world: PackagedWorld) -> None:
    world.process()
    handle(world, Fault(Kind.S3_THROTTLES, 1))
    assert world.messages().deleted == 1
    assert settle(world) == []
