"""A new account says before an apply what production needs more of; `test_document.py` applies dev in one."""

import sys
from pathlib import Path

from scripts.local.aws.behaviour import Behaviour
from tests.support.platform import production, running

PREFLIGHT = str(Path(sys.executable).with_name("preflight"))


def test_production_says_what_a_new_account_lacks(tmp_path: Path) -> None:
    with running(production(), tmp_path, behaviour=Behaviour(new_account=True)) as prod:
        ran = prod.run([PREFLIGHT, prod.environment.name, "--before-apply"], prod.environment.folder, 120)

    assert ran.status == 1
    assert "the account's quota is 10" in ran.printed
    assert "aws service-quotas request-service-quota-increase --service-code lambda" in ran.printed


def test_production_has_enough_elsewhere(tmp_path: Path) -> None:
    with running(production(), tmp_path) as prod:
        ran = prod.run([PREFLIGHT, prod.environment.name, "--before-apply"], prod.environment.folder, 120)

    assert "quota" not in ran.printed
