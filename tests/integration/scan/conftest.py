"""One run of Checkov over all fixtures, for all tests of them."""

import pytest

from scripts.scan import hcl
from scripts.scan.findings import Finding, Outcome, Result
from tests.integration.scan.found import FIXTURES, Found


@pytest.fixture(scope="session")
def fixtures() -> Result:
    return hcl.scan(FIXTURES)


@pytest.fixture(scope="session")
def found(fixtures: Result) -> Found:
    """What a check says of its own fixture, `passes` or `fails`."""

    def of(check_id: str, kind: str, outcome: Outcome) -> list[Finding]:
        place = FIXTURES / check_id / kind
        return [one for one in fixtures.of(outcome) if one.check_id == check_id and one.file.parent == place]

    return of
