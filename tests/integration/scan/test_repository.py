"""This repository's own modules are clean, and the command says so; a weakened copy is reported by file and rule."""

import json
import re
import shutil
from pathlib import Path

import pytest

from scripts.common import environments
from scripts.common.paths import MODULES
from scripts.scan import cli


def test_the_modules_are_clean_and_every_skip_has_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = cli.main(["--hcl-only", "--reports", str(tmp_path)])
    said = capsys.readouterr().out
    assert status == cli.CLEAN, said
    result = json.loads((tmp_path / "scan.json").read_text())
    assert result["summary"]["failed"] == 0
    assert result["summary"]["passed"] > 400
    assert result["summary"]["resources"] > 80
    skipped = [one for one in result["findings"] if one["outcome"] == "skipped"]
    assert {one["check_id"] for one in skipped} == set(re.findall(r"^│ (CKV\w+)", said, re.MULTILINE))
    assert not [one for one in skipped if len(one["reason"].split()) < 3]


def test_a_weakness_ends_in_1_and_names_file_line_and_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "modules" / "network"
    shutil.copytree(MODULES / "network", copy, ignore=shutil.ignore_patterns(".terraform*", "tests"))
    endpoints = (copy / "endpoints.tf").read_text()
    line = "  policy            = data.aws_iam_policy_document.s3_endpoint.json\n"
    assert line in endpoints
    (copy / "endpoints.tf").write_text(endpoints.replace(line, ""))
    assert cli.main(["--hcl", str(tmp_path), "--reports", str(tmp_path / "reports")]) == cli.FINDINGS
    said = capsys.readouterr().out
    assert f"FAILED CKV_CSV_4 {copy}/endpoints.tf:16 aws_vpc_endpoint.s3: VPC endpoint has a policy" in said
    assert "1 failed" in said
    sarif = json.loads((tmp_path / "reports" / "scan.sarif").read_text())
    failed = [one for one in sarif["runs"][0]["results"] if not one["suppressions"]]
    assert [(one["ruleId"], one["locations"][0]["physicalLocation"]["region"]["startLine"]) for one in failed] == [
        ("CKV_CSV_4", 16)
    ]


@pytest.mark.slow
def test_the_plans_of_every_unit_are_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.main(["--reports", str(tmp_path)])
    assert status == cli.CLEAN, capsys.readouterr().out
    result = json.loads((tmp_path / "scan.json").read_text())
    assert result["summary"]["plans"] == sum(len(environments.load(name).units()) for name in environments.names())
