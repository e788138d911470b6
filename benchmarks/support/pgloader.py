"""pgloader as a contender: a loader that others wrote, which reads the file, checks its types and fills the table."""

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from benchmarks.peers.pydantic_rows import COLUMNS, CREATE
from benchmarks.support.contenders import Contender, Inputs, only
from benchmarks.support.findings import Role
from benchmarks.support.measuring import run

PROGRAM = shutil.which("pgloader")


def contender(inputs: Inputs) -> Contender:
    """Give the contender; its address has the folder of the server's socket in the place of a host."""

    def load(url: str) -> None:
        with psycopg.connect(url) as connection:
            connection.execute(CREATE.encode())
        script = inputs.folder / "recipients.load"
        script.write_text(command(inputs.corrected, url), encoding="utf-8")
        run([str(PROGRAM), "--root-dir", inputs.folder / "pgloader", script])

    return Contender("pgloader, keyed table", Role.PEER, load, only(inputs.rows))


def command(file: Path, url: str) -> str:
    """Write what pgloader is to do, in its own language."""
    address = urlsplit(url)
    socket = unquote(address.query.removeprefix("host="))
    columns = ", ".join(COLUMNS)
    fields = columns.replace("distance_km", "distance_km [null if 'unknown']")
    return (
        f"LOAD CSV FROM '{file}' HAVING FIELDS ({fields})\n"
        f"INTO postgresql://{address.username}:{address.password}@unix:{socket}:5432{address.path}\n"
        f"TARGET TABLE recipients ({columns})\n"
        "WITH skip header = 1, fields optionally enclosed by '\"', fields escaped by double-quote, "
        "fields terminated by ','\n"
        "SET client_encoding TO 'utf8';\n"
    )
