"""Rows that cannot be read as fields, so that no validator takes a guess at them for values."""

from csvbatch.rows.rules import Rule


class MalformedRow(list[str]):
    """Stands for the fields of a malformed row: there are none, and `rule` says what is wrong."""

    __slots__ = ("rule",)

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.rule = rule
