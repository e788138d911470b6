"""`csvbatch split`: shows where the chunks of a file begin and end."""

from pathlib import Path
from typing import Annotated

import typer

from csvbatch.cli import options
from csvbatch.cli.contracts import all_contracts, find_contract, guess
from csvbatch.cli.problems import CommandError
from csvbatch.cli.sources import blocks, bytes_to_read_twice, opened, part, require_file
from csvbatch.cli.terminal import progress, show_json, show_table
from csvbatch.csv_file.cutting import Chunk
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.errors import FileError
from csvbatch.csv_file.reader import chunk_range, read_chunk
from csvbatch.csv_file.splitter import scan


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: csvbatch split recipients.csv --chunk-bytes 16000000 --json")(split)


def split(
    file: options.File,
    chunk_bytes: Annotated[int, typer.Option(min=1, metavar="N", help="Maximum bytes of a chunk.")],
    dataset: options.Dataset = None,
    contract: options.ContractFile = None,
    contracts: options.Contracts = None,
    json: options.Json = False,
) -> None:
    """Show a file's chunks: bytes [start, end) of the unpacked file, and rows.

    If neither the options nor the file's name determine a contract, the file is read as UTF-8 with commas and double
    quotes.
    """
    dialect = _dialect(require_file(file), dataset, contract, contracts)
    try:
        with progress("bytes") as shown, opened(file) as stream:
            task = shown.add_task("splitting", total=bytes_to_read_twice(file)) if shown else None

            def on_read(count: int) -> None:
                if shown and task is not None:
                    shown.advance(task, count)

            scanned = scan(blocks(stream, on_read), dialect, chunk_bytes=chunk_bytes)
            chunks = list(scanned)
            counted: list[tuple[Chunk, int]] = []
            for chunk in chunks:
                content = part(stream, *chunk_range(chunk, scanned.dialect))
                counted.append((chunk, sum(1 for _ in read_chunk(content, scanned.dialect, chunk))))
                on_read(chunk.end - chunk.start)
    except FileError as error:
        raise CommandError(f"{file}: {error}") from None
    facts = [
        {"chunk": chunk.number, "start": chunk.start, "end": chunk.end, "rows": rows, "first_line": chunk.first_line}
        for chunk, rows in counted
    ]
    if json:
        for one in facts:
            show_json(one)
    else:
        columns = ("chunk", "start", "end", "rows", "first_line")
        show_table(columns, [list(one.values()) for one in facts], numeric=columns)


def _dialect(file: Path, dataset: str | None, contract: Path | None, contracts: Path | None) -> Dialect:
    if not dataset and not contract and len(guess(file, all_contracts(contracts))) != 1:
        return Dialect()
    return Dialect.of(find_contract(file, dataset, contract, contracts))
