"""Where the fixtures are, and how their findings are asked for."""

from collections.abc import Callable
from pathlib import Path

from scripts.scan.findings import Finding, Outcome

FIXTURES = Path(__file__).resolve().parent / "fixtures"

type Found = Callable[[str, str, Outcome], list[Finding]]
