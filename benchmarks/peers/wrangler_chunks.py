"""What users of AWS's own library would write: chunks of `pandas.read_csv` appended by `awswrangler.postgresql`.

Usage: wrangler_chunks.py FILE URL. It runs with the packages of `.venv-bench`.
"""

import sys
from urllib.parse import unquote, urlsplit

import awswrangler
import pandas
import pg8000

ROWS_TOGETHER = 100_000
ROWS_OF_A_STATEMENT = 1_000


def main() -> None:
    file, url = sys.argv[1:]
    address = urlsplit(url)
    socket = unquote(address.query.removeprefix("host="))
    connection = pg8000.connect(
        user=address.username,
        password=address.password,
        database=address.path.removeprefix("/"),
        unix_sock=f"{socket}/.s.PGSQL.5432",
    )
    chunks = pandas.read_csv(file, chunksize=ROWS_TOGETHER, dtype={"nhs_number": str}, na_values=["unknown"])
    for chunk in chunks:
        awswrangler.postgresql.to_sql(
            df=chunk, con=connection, schema="public", table="recipients", chunksize=ROWS_OF_A_STATEMENT
        )
    connection.close()


if __name__ == "__main__":
    main()
