"""Reads CSV with DuckDB and pandas; runs in `.venv-judges`, which has neither the project nor its packages.

Takes pickled lists of (text, delimiter, quote, width) on standard input and gives a pickled list of answers for
each: rows, or the first line of the error as a text.
"""

import io
import pickle
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

type Question = tuple[str, str, str, int]
type Answer = list[list[str]] | str


def duckdb_reader() -> Callable[[Question], Answer]:
    import duckdb

    connection = duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})
    # Removed when this process ends.
    folder = tempfile.TemporaryDirectory(prefix="csvbatch-judges-")
    # Nothing is found out from the content: no type, no dialect, no header. The text of a NULL is one that no file has.
    settings = (
        "auto_detect=false, header=false, strict_mode=true, null_padding=false, ignore_errors=false, all_varchar=true, "
        "nullstr='csvbatch: no text', allow_quoted_nulls=false, parallel=false, max_line_size=4000000, comment=''"
    )

    def read(question: Question) -> Answer:
        text, delimiter, quote, width = question
        path = Path(folder.name) / "question.csv"
        path.write_bytes(text.encode())
        columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(width))
        dialect = "delim=$delimiter, quote=$quote, escape=$quote"
        statement = f"SELECT * FROM read_csv($path, {settings}, {dialect}, columns={{{columns}}})"
        try:
            found = connection.execute(statement, {"path": str(path), "delimiter": delimiter, "quote": quote})
            return [list(row) for row in found.fetchall()]
        except duckdb.Error as error:
            return first_line(error)

    return read


def pandas_reader() -> Callable[[Question], Answer]:
    import pandas

    warnings.simplefilter("error", pandas.errors.ParserWarning)

    def read(question: Question) -> Answer:
        text, delimiter, quote, _ = question
        try:
            frame = pandas.read_csv(
                io.BytesIO(text.encode()),
                sep=delimiter,
                quotechar=quote,
                header=None,
                index_col=False,
                dtype=str,
                na_filter=False,
                skip_blank_lines=True,
                engine="c",
            )
        except (ValueError, pandas.errors.ParserWarning) as error:
            return first_line(error)
        # Without a filter for missing values, what is missing is what a short row was filled with.
        rows = frame.to_numpy(dtype=object).tolist()
        return [[field if isinstance(field, str) else "" for field in row] for row in rows]

    return read


READERS: dict[str, Callable[[], Callable[[Question], Answer]]] = {"duckdb": duckdb_reader, "pandas": pandas_reader}


def first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def main() -> None:
    read = READERS[sys.argv[1]]()
    source: Any = sys.stdin.buffer
    while True:
        try:
            questions = pickle.load(source)
        except EOFError:
            return
        pickle.dump([read(question) for question in questions], sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
