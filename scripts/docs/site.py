"""Build the documentation site into dist/docs, from the Markdown files of the repository. No network is needed.

Each page keeps its path, so that a link works in the site as it does in the repository. A broken link fails the build.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.common.environments import REPOSITORY

COMMAND = "docs-site"
CONFIGURATION = REPOSITORY / "docs" / "zensical.toml"
SITE = REPOSITORY / "dist" / "docs"
GENERATOR = Path(sys.executable).with_name("zensical")
LIMIT_SECONDS = 300


class SiteError(Exception):
    """The generator found something wrong in the pages."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 with the generator's messages where a page has a mistake."""
    argparse.ArgumentParser(prog=COMMAND, description=__doc__).parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="docs-site-") as folder:
            stage(Path(folder))
            built = build(Path(folder))
            shutil.rmtree(SITE, ignore_errors=True)
            SITE.parent.mkdir(exist_ok=True)
            shutil.move(built, SITE)
    except SiteError as error:
        print(f"{COMMAND}: {error}", file=sys.stderr)
        return 1
    print(f"{SITE / 'index.html'}")
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
    """Build the staged pages strictly, and return the site's folder; SiteError with the generator's messages."""
    done = subprocess.run(
        [GENERATOR, "build", "--strict", "--clean", "--config-file", folder / CONFIGURATION.name],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise SiteError(f"the site was not built:\n{done.stdout.strip()}")
    return folder / "site"


if __name__ == "__main__":
    sys.exit(main())
