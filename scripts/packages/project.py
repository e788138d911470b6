"""Where the checkout keeps what packaging reads and writes."""

from dataclasses import dataclass
from pathlib import Path

from scripts.packages.errors import CheckoutError


@dataclass(frozen=True, slots=True)
class Project:
    """A checkout."""

    root: Path

    @property
    def lambdas(self) -> Path:
        """The functions' sources."""
        return self.root / "lambdas"

    @property
    def live(self) -> Path:
        """The environments, a folder each."""
        return self.root / "live"

    @property
    def pyproject(self) -> Path:
        """The project's name, version and dependencies."""
        return self.root / "pyproject.toml"

    @property
    def lock(self) -> Path:
        """The hashed lock of the functions' dependencies."""
        return self.root / "requirements" / "lambda.txt"

    @property
    def environments(self) -> tuple[Path, ...]:
        """The virtual environments of the tools."""
        return self.root / ".venv", self.root / ".venv-scan"

    @property
    def output(self) -> Path:
        """Where packages go unless told otherwise."""
        return self.root / "dist" / "lambda"


def find_project(start: Path) -> Project:
    """Find the checkout that a folder lies in."""
    for folder in (start, *start.parents):
        if (folder / "lambdas").is_dir():
            return Project(folder)
    raise CheckoutError(
        f"{start} is in no checkout: no folder above it holds lambdas/; go to one, or name it by --project"
    )
