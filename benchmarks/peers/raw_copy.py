"""The limit: the file's bytes go into a keyed table by one COPY, and the server does all there is to do.

Usage: raw_copy.py FILE URL
"""

import sys
from pathlib import Path

import psycopg

from benchmarks.peers.pydantic_rows import CREATE

BLOCK_BYTES = 256 * 1024


def main() -> None:
    file, url = sys.argv[1:]
    with psycopg.connect(url) as connection, Path(file).open("rb") as stream:
        connection.execute(CREATE)
        with connection.cursor().copy("COPY recipients FROM STDIN (FORMAT csv, HEADER, NULL 'unknown')") as copy:
            while block := stream.read(BLOCK_BYTES):
                copy.write(block)


if __name__ == "__main__":
    main()
