"""Options of several commands."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file, or a gzip file whose name ends in .gz.")]
BatchId = Annotated[str, typer.Argument(metavar="BATCH", help="The batch's id, as shown by `csvbatch status`.")]
OneBatch = Annotated[str | None, typer.Argument(metavar="[BATCH]", help="A batch's id, as shown by `csvbatch status`.")]
Dataset = Annotated[
    str | None, typer.Option("--dataset", "-d", metavar="D", help="The dataset whose contract applies to the file.")
]
ContractFile = Annotated[
    Path | None, typer.Option("--contract", metavar="PATH", help="A contract's YAML file, instead of a dataset.")
]
Contracts = Annotated[
    Path | None,
    typer.Option(
        "--contracts",
        metavar="FOLDER",
        envvar="CSVBATCH_CONTRACTS",
        help="A directory of contracts, instead of the project's own.",
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
        "The password may be in it or in CSVBATCH_DATABASE_PASSWORD.",
    ),
]
Secret = Annotated[
    str | None,
    typer.Option(
        "--secret",
        metavar="NAME_OR_ARN",
        envvar="CSVBATCH_SECRET_ARN",
        show_envvar=True,
        help="The secret in Secrets Manager with the database's user and password.",
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
    typer.Option("--output", metavar="FOLDER", help="Where `csvbatch load` writes rejects and reports."),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON, one object per line.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
ShowText = Annotated[
    bool, typer.Option("--show-text", help="Show the text of the rows too; it may contain personal data.")
]

OUTPUT = Path("csvbatch-output")
