"""Rows that cannot be read as fields."""

from enum import StrEnum


class RowFault(StrEnum):
    """Why a row cannot be read as fields; its value is the code that the ledger and rejects keep."""

    TEXT_AFTER_QUOTE = "text_after_quote"
    LONE_CR = "lone_cr"
    BYTE_ORDER_MARK = "byte_order_mark"


class MalformedRow(list[str]):
    """Stands for the fields of a malformed row. It is empty, so that nobody takes a guess at them for values."""

    __slots__ = ("fault",)

    def __init__(self, fault: RowFault) -> None:
        super().__init__()
        self.fault = fault
