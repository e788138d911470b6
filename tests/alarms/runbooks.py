"""The pages of docs/runbooks: what their reader types while an alarm rings, and after the repair."""

import logging
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.common.paths import REPOSITORY
from scripts.local.aws.certificates import server_context
from scripts.local.aws.environment import Endpoint, applied
from scripts.local.aws.serving import Application, Server
from tests.alarms.world import World
from tests.support import documents
from tests.support.aws_command import command_in

FOLDER = REPOSITORY / "docs" / "runbooks"
INDEX = "README"
ALL_THAT_RING = "Which alarms ring"
WHILE_IT_RINGS = "What to look at"
THE_REPAIR = "What to type"
AFTER_THE_REPAIR = "After the repair"
LIMIT_SECONDS = 300
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_OF_THE_DOCUMENTS = ("dev", "123456789012")


@dataclass(frozen=True, slots=True)
class Typed:
    """A block of commands, how it ended, and what it printed."""

    block: documents.Block
    status: int
    printed: str


def page(name: str) -> Path:
    return FOLDER / f"{name}.md"


def sections(name: str) -> dict[str, list[documents.Block]]:
    """The shell blocks of a page, by the section they stand in."""
    path = page(name)
    text = path.read_text(encoding="utf-8")
    starts = [(text[: found.start()].count("\n") + 1, found[1]) for found in _SECTION.finditer(text)]
    found: dict[str, list[documents.Block]] = {title: [] for _, title in starts}
    for block in documents.blocks(path):
        title = [title for line, title in starts if line < block.line][-1]
        found[title].append(block)
    return found


def type_section(world: World, name: str, title: str) -> list[Typed]:
    """Type the blocks of a section against the environment, each in a shell of its own, and wait in real time."""
    done = []
    for block in sections(name).get(title, []):
        if block.not_typed:
            continue
        with _served(world) as variables, world.clock.running():
            ran = subprocess.run(
                ["bash", "-ec", _as_named(world, block.commands)],
                cwd=REPOSITORY,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=LIMIT_SECONDS,
                check=False,
            )
        done.append(Typed(block, ran.returncode, ran.stdout))
    world.account.changed()
    return done


def _as_named(world: World, text: str) -> str:
    environment = world.account.environment
    name, account = _OF_THE_DOCUMENTS
    return re.sub(rf"(?<=csvbatch-){name}\b|(?<=live/){name}\b", environment.name, text).replace(
        account, environment.account_id
    )


@contextmanager
def _served(world: World) -> Iterator[dict[str, str]]:
    """Let other processes reach the AWS of this one."""
    world.deliver_logs()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    folder = world.folder / "served"
    folder.mkdir(exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener.fileno(), Application(bytes, bytes), server_context(folder / "ca.pem"))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    environment = world.account.environment
    url = f"https://127.0.0.1:{server.port}"
    endpoint = Endpoint(environment.account_id, environment.region, url, folder / "ca.pem")
    try:
        with command_in(folder):
            yield {
                **applied(endpoint, os.environ),
                "PATH": os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]]),
                "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "lambdas")]),
                "CSVBATCH_DATABASE_URL": f"sqlite:///{world.database}",
                "CSVBATCH_QUEUE_URL": f"{url}/{environment.account_id}/{world.account.prefix}-chunks",
            }
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
