"""What analysts would write: chunks of `pandas.read_csv` appended by `to_sql`; no validation, no key, no upsert.

Usage: pandas_chunks.py FILE URL. It runs with the packages of `.venv-bench`.
"""

import sys

import pandas
from sqlalchemy import create_engine

ROWS_TOGETHER = 100_000


def main() -> None:
    file, url = sys.argv[1:]
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        chunks = pandas.read_csv(file, chunksize=ROWS_TOGETHER, dtype={"nhs_number": str}, na_values=["unknown"])
        for chunk in chunks:
            chunk.to_sql("recipients", connection, if_exists="append", index=False)


if __name__ == "__main__":
    main()
