"""What many would write: `csv.DictReader`, a pydantic model per row, `executemany` of an upsert; rejects to a file.

Usage: pydantic_rows.py FILE URL REJECTS
"""

import csv
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from itertools import batched
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

ROWS_TOGETHER = 10_000


def _none_if(token: str) -> Callable[[Any], Any]:
    return lambda text: None if text == token else text


class Recipient(BaseModel):
    """The contract's rules in pydantic's words."""

    model_config = ConfigDict(extra="forbid")

    nhs_number: Annotated[str, Field(pattern=r"^999[0-9]{7}$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    address: Annotated[Annotated[str, Field(max_length=120)] | None, BeforeValidator(_none_if(""))]
    date_of_birth: Annotated[date, Field(ge=date(1900, 1, 1), le=date(2026, 12, 31))]
    consent: Literal["Y", "N"]
    dose: Annotated[int, Field(ge=1, le=12)]
    distance_km: Annotated[
        Annotated[Decimal, Field(max_digits=5, decimal_places=2, ge=0)] | None, BeforeValidator(_none_if("unknown"))
    ]
    updated_at: Annotated[datetime, Field(ge=datetime(2020, 1, 1))]


COLUMNS = tuple(Recipient.model_fields)
CREATE = """CREATE TABLE recipients (nhs_number varchar(10), name varchar(60) NOT NULL, address varchar(120),
  date_of_birth date NOT NULL, consent boolean NOT NULL, dose integer, distance_km numeric(5, 2),
  updated_at timestamp NOT NULL, PRIMARY KEY (nhs_number, dose))"""
CHANGES = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in ("nhs_number", "dose"))
UPSERT = f"INSERT INTO recipients VALUES ({{marks}}) ON CONFLICT (nhs_number, dose) DO UPDATE SET {CHANGES}"


def main() -> None:
    file, url, rejects = sys.argv[1:]
    with Path(rejects).open("w", encoding="utf-8", newline="") as stream:
        rows = valid_rows(Path(file), csv.writer(stream))
        if url.startswith("sqlite:///"):
            into_sqlite(url.removeprefix("sqlite:///"), rows)
        else:
            into_postgresql(url, rows)


def valid_rows(file: Path, rejects: Any) -> Iterator[Recipient]:
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        for fields in reader:
            try:
                yield Recipient.model_validate(fields)
            except ValidationError as error:
                for one in error.errors(include_url=False, include_input=False):
                    rejects.writerow((reader.line_num, one["loc"], one["msg"], list(fields.values())))


def into_sqlite(path: str, rows: Iterator[Recipient]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(CREATE)
        upsert = UPSERT.format(marks=", ".join("?" * len(COLUMNS)))
        for together in batched(rows, ROWS_TOGETHER, strict=False):
            connection.executemany(upsert, (as_text(row) for row in together))


def as_text(row: Recipient) -> tuple[Any, ...]:
    return (
        row.nhs_number,
        row.name,
        row.address,
        row.date_of_birth.isoformat(),
        row.consent == "Y",
        row.dose,
        None if row.distance_km is None else str(row.distance_km),
        row.updated_at.isoformat(),
    )


def into_postgresql(url: str, rows: Iterator[Recipient]) -> None:
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute(CREATE)
        upsert = UPSERT.format(marks=", ".join(["%s"] * len(COLUMNS))).encode()
        for together in batched(rows, ROWS_TOGETHER, strict=False):
            values = ([getattr(row, name) for name in COLUMNS] for row in together)
            connection.cursor().executemany(upsert, values)


if __name__ == "__main__":
    main()
