"""Reads a CSV file as the project does: splits it into chunks, and reads the rows of each; with `validate` checks them.

Usage: read_chunks.py read|validate FILE. It runs in the project's own environment.
"""

import sys
from functools import partial
from pathlib import Path

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.reader import chunk_range, read_chunk
from csvbatch.csv_file.splitter import scan
from csvbatch.rows.header import match_header
from csvbatch.rows.validator import compile_validator
from scripts.common.paths import LAMBDAS

CHUNK_BYTES = 16 * 1024 * 1024
BLOCK_BYTES = 256 * 1024


def main() -> None:
    what, file = sys.argv[1:]
    contract = load_contracts(LAMBDAS / "contracts")["recipients"]
    with Path(file).open("rb") as stream:
        scanned = scan(iter(partial(stream.read, BLOCK_BYTES), b""), Dialect.of(contract), chunk_bytes=CHUNK_BYTES)
        chunks = list(scanned)
    validate = compile_validator(contract, match_header(contract, scanned.header))
    count = 0
    with Path(file).open("rb") as stream:
        for chunk in chunks:
            start, end = chunk_range(chunk, scanned.dialect)
            stream.seek(start)
            rows = read_chunk([stream.read(end - start)], scanned.dialect, chunk)
            if what == "validate":
                count += sum(1 for _, fields in rows if validate(fields))
            else:
                count += sum(1 for _ in rows)
    print(count)


if __name__ == "__main__":
    main()
