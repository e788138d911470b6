"""Build the documentation site into dist/docs, from the Markdown files of the repository. No network is needed.

Each page keeps its path, so that a link works in the site as it does in the repository. A broken link fails the build.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.common.commands import CommandFailedError, run
from scripts.common.errors import UserError, run_main
from scripts.common.paths import DIST, REPOSITORY, command

COMMAND = "docs-site"
CONFIGURATION = REPOSITORY / "docs" / "zensical.toml"
SITE = DIST / "docs"
LIMIT_SECONDS = 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 with the generator's messages where a page has a mistake."""
    argparse.ArgumentParser(prog=COMMAND, description=__doc__).parse_args(arguments)
    return run_main(COMMAND, _replace_site)


def _replace_site() -> int:
    with tempfile.TemporaryDirectory(prefix="docs-site-") as folder:
        stage(Path(folder))
        built = build(Path(folder))
        shutil.rmtree(SITE, ignore_errors=True)
        SITE.parent.mkdir(exist_ok=True)
        shutil.move(built, SITE)
    print(SITE / "index.html")
    return 0


def pages() -> list[str]:
    """The paths of all pages in the repository."""
    found = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", REPOSITORY / "CHANGELOG.md"]
    found += sorted((REPOSITORY / "docs").rglob("*.md"))
    found += sorted((REPOSITORY / "modules").glob("*/README.md"))
    return [path.relative_to(REPOSITORY).as_posix() for path in found]


def stage(folder: Path) -> None:
    """Copy the pages and the generator's configuration to a folder of their own."""
    for page in pages():
        target = folder / "pages" / page
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / page, target)
    shutil.copy(CONFIGURATION, folder)


def build(folder: Path) -> Path:
    """Build the staged pages and return the site's folder; UserError with the generator's messages for any warning."""
    build_strictly = [command("zensical"), "build", "--strict", "--clean", "--config-file"]
    try:
        run([*build_strictly, folder / CONFIGURATION.name], limit_seconds=LIMIT_SECONDS, cwd=folder, merged=True)
    except CommandFailedError as error:
        raise UserError(f"The pages have mistakes, so no site was built:\n{error.stdout.strip()}") from error
    return folder / "site"


if __name__ == "__main__":
    sys.exit(main())
