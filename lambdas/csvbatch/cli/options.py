"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="A CSV file, or one packed with gzip whose name ends in .gz.")
]
BatchId = Annotated[str, typer.Argument(metavar="BATCH", help="The batch's id, as `csvbatch status` shows it.")]
OneBatch = Annotated[str | None, typer.Argument(metavar="[BATCH]", help="A batch's id, as `csvbatch status` shows it.")]
Dataset = Annotated[
    str | None, typer.Option("--dataset", "-d", metavar="D", help="The dataset whose contract the file follows.")
]
ContractFile = Annotated[
    Path | None, typer.Option("--contract", metavar="PATH", help="A contract's YAML file, in place of a dataset.")
]
Contracts = Annotated[
    Path | None,
    typer.Option(
        "--contracts",
        metavar="FOLDER",
        envvar="CSVBATCH_CONTRACTS",
        help="The folder of contracts, in place of the project's own.",
    ),
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        envvar="CSVBATCH_DATABASE_URL",
        show_envvar=True,
        help="sqlite:///file.db, postgresql://user@host/database or oracle://user@host/service?protocol=tcps. "
        "The password may stand in it or in CSVBATCH_DATABASE_PASSWORD.",
    ),
]
Secret = Annotated[
    str | None,
    typer.Option(
        "--secret",
        metavar="NAME_OR_ARN",
        envvar="CSVBATCH_SECRET_ARN",
        show_envvar=True,
        help="The secret of Secrets Manager that holds the database's user and password.",
    ),
]
Bucket = Annotated[
    str | None,
    typer.Option(
        "--bucket", metavar="NAME", envvar="CSVBATCH_BUCKET", show_envvar=True, help="The bucket of the files."
    ),
]
QueueUrl = Annotated[
    str | None,
    typer.Option(
        "--queue-url", metavar="URL", envvar="CSVBATCH_QUEUE_URL", show_envvar=True, help="The queue of chunks."
    ),
]
Output = Annotated[
    Path,
    typer.Option("--output", metavar="FOLDER", help="Where `csvbatch load` keeps rejects and reports."),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON, an object a line.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]
ShowText = Annotated[bool, typer.Option("--show-text", help="Show the rows' own text too; it may hold personal data.")]

OUTPUT = Path("csvbatch-output")
