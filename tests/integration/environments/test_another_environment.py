"""What a user does first: edits account and region in env.hcl, and copies a folder to have one environment more."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.common import environments
from tests.support.documents import Checkout, of_a_new_shell
from tests.support.platform import DEV

NAME = next(name for name in ("staging", "staging-two", "staging-three") if name not in environments.names())
ACCOUNT_ID, REGION, CIDR = "444455556666", "eu-central-1", "10.7.0.0/22"
POLICY_OF_UNITS = "tests/infrastructure/test_policy_of_units.py"
OF_ENVIRONMENTS = (
    "tests/infrastructure/test_units_fit_together.py",
    "tests/unit/common/test_environments.py",
    "tests/unit/test_live_alone_knows_environments.py",
    "tests/unit/terragrunt/test_launcher.py",
)
OF_ACCOUNTS = (
    *OF_ENVIRONMENTS,
    "tests/integration/platform/test_refusals.py",
    "tests/integration/local/demo/test_demo.py::test_local_aws_of_another_demo_is_left_alone",
    "tests/integration/local/aws/test_cli.py::test_start_without_an_account_takes_the_one_of_the_environment",
)
LIMIT_SECONDS = 900


class Copy:
    """A copy of this checkout with its tools and packages, whose own code runs."""

    def __init__(self, root: Path) -> None:
        self.root = Checkout(root).root
        for name in (".tools", ".venv", ".venv-scan", "dist"):
            if (built := environments.REPOSITORY / name).exists():
                (root / name).symlink_to(built)

    def run(self, *command: str) -> str:
        """What a command printed that must succeed; it imports the copy's modules before those of this checkout."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env={
                **of_a_new_shell(),
                "PATH": os.pathsep.join([str(Path(sys.executable).parent), of_a_new_shell()["PATH"]]),
                "PYTHONPATH": os.pathsep.join(str(self.root / name) for name in (".", "lambdas")),
                "TG_DOWNLOAD_DIR": str(self.root.parent / "cache"),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-6000:]
        return done.stdout

    def edit(self, name: str, file: str, *changes: tuple[str, str]) -> None:
        """Replace each pattern in a file of an environment, where it has to stand."""
        path = self.root / "live" / name / file
        text = path.read_text(encoding="utf-8")
        for pattern, replacement in changes:
            text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
            assert count, f"{path} has no {pattern}"
        path.write_text(text, encoding="utf-8")

    def tests(self, *files: str) -> str:
        return self.run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", *files)


@pytest.fixture(scope="module")
def with_staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """One environment more: a copied folder, of which name, account, region and addresses are edited."""
    copy = Copy(tmp_path_factory.mktemp("staging") / "checkout")
    copy.run("cp", "-r", f"live/{DEV.name}", f"live/{NAME}")
    copy.edit(
        NAME,
        "env.hcl",
        (r'^(\s*environment\s*=) ".*"', rf'\1 "{NAME}"'),
        (r'^(\s*account_id\s*=) ".*"', rf'\1 "{ACCOUNT_ID}"'),
        (r'^(\s*region\s*=) ".*"', rf'\1 "{REGION}"'),
    )
    copy.edit(NAME, "network/terragrunt.hcl", (r'^(\s*cidr\s*=) ".*"', rf'\1 "{CIDR}"'))
    yield copy
    copy.run("local-aws", "reset", NAME)


def test_a_copied_folder_is_an_environment_that_is_planned(with_staging: Copy) -> None:
    said = with_staging.run("plan-units", NAME)
    assert f"local AWS of {NAME}: account {ACCOUNT_ID}, region {REGION}" in said
    assert f"Plan of {NAME} (account {ACCOUNT_ID}, {REGION})" in " ".join(said.split())
    planned = dict(re.findall(r"^│ (\w+) +│ +(\d+) │ +0 │ +0 │$", said, re.MULTILINE))
    assert sorted(planned) == DEV.units(), said
    assert all(int(count) > 0 for count in planned.values())


def test_the_checks_of_units_include_a_copied_folder(with_staging: Copy) -> None:
    with_staging.tests(*OF_ENVIRONMENTS)
    said = with_staging.tests(POLICY_OF_UNITS, "-v", "-k", NAME)
    for check in ("test_the_state_is_encrypted", "test_rows_travel_to_oracle_encrypted"):
        assert re.search(rf"::{check}\[{NAME}/\w+\] PASSED", said), said[-3000:]


def test_make_names_a_copied_folder(with_staging: Copy) -> None:
    assert re.search(rf"ENV=\S*\b{NAME}\b", with_staging.run("make", "help"))


@pytest.mark.slow
def test_the_plans_of_a_copied_folder_that_is_production_are_scanned_as_production(with_staging: Copy) -> None:
    with_staging.edit(NAME, "env.hcl", (r"^(\s*production\s*=) false", r"\1 true"))
    making = (
        "from pathlib import Path; from rich.console import Console; from scripts.common import environments;"
        "from scripts.scan import plans;"
        f"plans.make(environments.load({NAME!r}), Path('plans').resolve(), Console())"
    )
    with_staging.run(sys.executable, "-c", making)
    scan = "from scripts.scan.cli import main; print(main(['--plans', 'plans', '--reports', 'reports']))"
    said = with_staging.run(sys.executable, "-c", scan)
    assert "FAILED CKV_CSV_11" in said, "deletion_protection is false in what was copied"


def test_other_accounts_and_regions_in_env_hcl_leave_every_test_green(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    copy = Copy(tmp_path_factory.mktemp("accounts") / "checkout")
    for number, name in enumerate(environments.names(), start=7):
        account_id, region = f"{number}" * 12, "ap-southeast-2"
        changes = (
            (r'^(\s*account_id\s*=) ".*"', rf'\1 "{account_id}"'),
            (r'^(\s*region\s*=) ".*"', rf'\1 "{region}"'),
        )
        copy.edit(name, "env.hcl", *changes)
    copy.tests(*OF_ACCOUNTS)
