"""Every code has a source, and every service that the platform uses has a code."""

import pytest

from scripts.local.aws.validation import error_codes
from scripts.local.aws.validation.error_codes import ErrorCode
from scripts.local.aws.validation.summary import SERVICES

TABLES = {
    "USUAL": error_codes.USUAL,
    "IN_MODEL": error_codes.IN_MODEL,
    "IN_BODY": error_codes.IN_BODY,
    "MISSING": error_codes.MISSING,
    "BY_MEMBER": error_codes.BY_MEMBER,
}


def test_every_service_has_a_code() -> None:
    assert set(SERVICES) <= error_codes.USUAL.keys()


@pytest.mark.parametrize("table", TABLES)
def test_every_code_has_a_page_of_aws_or_an_answer_that_a_user_reports(table: str) -> None:
    rows: list[ErrorCode] = list(TABLES[table].values())
    assert rows
    for row in rows:
        assert row.source.startswith(("https://docs.aws.amazon.com/", "https://github.com/")), row
