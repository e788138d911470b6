"""The tables of a store, described once for all databases: the ledger's, and one for each contract."""

from dataclasses import dataclass

from csvbatch.contract.base_column import POSITION_COLUMNS
from csvbatch.contract.columns import (
    BooleanColumn,
    Column,
    DateColumn,
    DecimalColumn,
    IntegerColumn,
    StringColumn,
    TimestampColumn,
)
from csvbatch.contract.model import Contract
from csvbatch.store.sql_dialect import ColumnKind

OBJECT_NAME_BYTES = 1024
"""Longest key in UTF-8, and longest version id.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
"""

DATASET_CHARACTERS = 63
"""Longest name of a dataset."""

INTEGER_DIGITS = 19
"""Digits of the greatest integer of 64 bits."""

_FRACTION_DIGITS = 6


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table.

    `size` is characters, bytes or digits, as its kind says; for an integer, the digits that its values may have, 0 for
    all of 64 bits. `scale` is the digits after the point, of a timestamp's seconds too. `default` is SQL.
    """

    name: str
    kind: ColumnKind
    size: int = 0
    scale: int = 0
    null: bool = True
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its primary key and what else is unique in it."""

    name: str
    columns: tuple[TableColumn, ...]
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in the table's order."""
        return tuple(column.name for column in self.columns)


def target_table(contract: Contract) -> Table:
    """Describe the table of a contract: its columns, and the position each row was loaded from.

    The position may be NULL, for rows that were not loaded by csvbatch: they count as older than any loaded row.
    """
    columns = tuple(_target_column(column, contract) for column in contract.columns)
    position = tuple(TableColumn(name, ColumnKind.INTEGER) for name in POSITION_COLUMNS)
    return Table(contract.table, columns + position, contract.key)


def _target_column(column: Column, contract: Contract) -> TableColumn:
    null = column.name not in contract.not_null
    match column:
        case StringColumn():
            return TableColumn(column.name, ColumnKind.TEXT, column.max_length, null=null)
        case IntegerColumn():
            digits = len(str(max(abs(column.minimum), abs(column.maximum))))
            return TableColumn(column.name, ColumnKind.INTEGER, digits, null=null)
        case DecimalColumn():
            return TableColumn(column.name, ColumnKind.DECIMAL, column.precision, column.scale, null=null)
        case DateColumn():
            return TableColumn(column.name, ColumnKind.DATE, null=null)
        case TimestampColumn():
            fraction = _FRACTION_DIGITS if "%f" in column.format else 0
            return TableColumn(column.name, ColumnKind.TIMESTAMP, scale=fraction, null=null)
        case BooleanColumn():
            return TableColumn(column.name, ColumnKind.BOOLEAN, null=null)


def _text(name: str, size: int, *, null: bool = False) -> TableColumn:
    return TableColumn(name, ColumnKind.TEXT, size, null=null)


def _object_name(name: str, *, null: bool = False) -> TableColumn:
    return TableColumn(name, ColumnKind.KEY_TEXT, OBJECT_NAME_BYTES, null=null)


def _count(name: str) -> TableColumn:
    """Describe a count; it is 0 at first, also in existing rows if the column is added later."""
    return TableColumn(name, ColumnKind.INTEGER, null=False, default="0")


def _moment(name: str, *, null: bool = True) -> TableColumn:
    return TableColumn(name, ColumnKind.MOMENT, scale=_FRACTION_DIGITS, null=null)


# The constraints that begin with `state` are unique anyway. They are here for their indexes, which are created together
# with the table this way: Oracle commits each statement of a migration, so a separate index might be missing later.
BATCH = Table(
    name="csvbatch_batch",
    columns=(
        _text("id", 16),
        _count("load_sequence"),
        _count("load_attempt"),
        _text("dataset", DATASET_CHARACTERS),
        _text("bucket", 63),
        _object_name("object_key"),
        _object_name("object_version"),
        _count("object_bytes"),
        TableColumn("contract", ColumnKind.LONG_TEXT),
        _text("state", 10),
        _text("reason", 1000, null=True),
        _count("splits"),
        _count("chunks_total"),
        _count("chunks_remaining"),
        _count("rows_read"),
        _count("rows_merged"),
        _count("rows_superseded"),
        _count("rows_stale"),
        _count("rows_rejected"),
        _object_name("unpacked_key", null=True),
        _object_name("unpacked_version", null=True),
        _moment("registered_at", null=False),
        _moment("changed_at", null=False),
        _moment("closed_at"),
        _count("failures"),
        _text("failure", 100, null=True),
        _moment("replayed_at"),
        _moment("archived_at"),
    ),
    key=("id",),
    unique=(("load_sequence",), ("bucket", "object_key", "object_version"), ("state", "load_sequence")),
)

CHUNK = Table(
    name="csvbatch_chunk",
    columns=(
        _text("batch_id", 16),
        _count("chunk_number"),
        _count("start_byte"),
        _count("end_byte"),
        _count("first_line"),
        _text("state", 10),
        _text("reason", 1000, null=True),
        _count("sends"),
        _moment("sent_at"),
        _moment("done_at"),
        _count("rows_read"),
        _count("rows_merged"),
        _count("rows_superseded"),
        _count("rows_stale"),
        _count("rows_rejected"),
        _object_name("reject_object", null=True),
    ),
    key=("batch_id", "chunk_number"),
    unique=(("state", "batch_id", "chunk_number"),),
)

LEASE = Table(
    name="csvbatch_lease",
    # The name of a lease ends in the name of a bucket, which has up to 63 characters:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    columns=(_text("name", 100), _text("owner", 255), _moment("expires_at", null=False)),
    key=("name",),
)

# The datasets whose contracts have `expected_every_hours`; NULL if the present contract no longer has it.
DATASET = Table(
    name="csvbatch_dataset",
    columns=(
        _text("bucket", 63),
        _text("dataset", DATASET_CHARACTERS),
        TableColumn("expected_every_hours", ColumnKind.INTEGER),
        _moment("expected_since", null=False),
    ),
    key=("bucket", "dataset"),
)

# Where the next sweep of a bucket's listing starts; no row, or NULL, if at its beginning.
SWEEP = Table(
    name="csvbatch_sweep",
    columns=(_text("bucket", 63), _object_name("after_key", null=True)),
    key=("bucket",),
)

# The datasets that are paused, whatever bucket their files are in.
PAUSE = Table(
    name="csvbatch_pause",
    columns=(_text("dataset", DATASET_CHARACTERS), _moment("paused_at", null=False)),
    key=("dataset",),
)

LEDGER = (BATCH, CHUNK, LEASE, DATASET, SWEEP, PAUSE)
