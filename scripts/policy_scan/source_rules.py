"""Rules on the text of the source, for what Checkov's checks never see: comments, locals, variables and outputs."""

from collections.abc import Iterable, Iterator

from policy_scan.findings import Finding
from policy_scan.sources import Block


def scan(parsed: Iterable[Block]) -> Iterator[Finding]:
    """What the rules find in these blocks."""
    yield from ()
