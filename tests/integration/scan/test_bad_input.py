"""Whatever cannot be scanned is an error with exit status 2, never "0 failed"."""

import functools
import json
import os
import stat
from pathlib import Path

import pytest

from scripts.common import environments, tools
from scripts.common.errors import UserError
from scripts.scan import checkov_run, cli, plans

BUCKET = 'resource "aws_s3_bucket" "this" {\n  bucket = "data"\n}\n'


def scan(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = cli.main([*map(str, arguments), "--reports", os.devnull + "/none"])
    said = capsys.readouterr()
    return status, said.out, said.err


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What is said where nothing is scanned."""
    status, out, err = scan(capsys, *arguments)
    assert status == cli.NOT_SCANNED
    assert "failed," not in out + err
    return err


def program(folder: Path, text: str) -> Path:
    file = folder / "checkov"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def test_a_module_with_a_syntax_error_is_refused_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.tf").write_text(BUCKET)
    (tmp_path / "broken.tf").write_text('resource "aws_sqs_queue" "this" {\n  name = = "chunks"\n}\n')
    said = refused(capsys, "--hcl", tmp_path)
    assert "broken.tf" in said
    assert "line 2" in said


def test_an_empty_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"{tmp_path} holds no Terraform file" in refused(capsys, "--hcl", tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is not a directory" in refused(capsys, "--hcl", tmp_path / "none")


def test_files_without_a_resource_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "main.tf").write_text("locals {\n  one = 1\n}\n")
    assert "no resource and no data source" in refused(capsys, "--hcl", tmp_path)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "main.tf").write_bytes(b'resource "a" "b" {\n  c = "\xff\xfe"\n}\n')
    assert "main.tf" in refused(capsys, "--hcl", tmp_path)


def test_a_configuration_that_would_change_what_is_scanned_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "main.tf").write_text(BUCKET)
    (tmp_path / ".checkov.yaml").write_text("skip-check: [CKV_AWS_18]\n")
    assert ".checkov.yaml would change what Checkov scans" in refused(capsys, "--hcl", tmp_path)


def test_a_missing_checkov_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"Checkov is missing: .*make setup"):
        checkov_run.run(["--directory", str(tmp_path)], tmp_path / "none")


def test_tools_that_are_not_set_up_are_named_with_the_way_to_get_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "main.tf").write_text(BUCKET)
    monkeypatch.setattr(tools, "read", functools.partial(tools.read, tmp_path / "toolchain.json"))
    assert "Run: make setup" in refused(capsys, "--hcl", tmp_path)


def test_a_file_that_checkov_cannot_parse_is_refused(tmp_path: Path) -> None:
    report = {"results": {"passed_checks": [], "failed_checks": [], "parsing_errors": ["/modules/main.tf"]}}
    with pytest.raises(UserError, match=r"cannot parse.*/modules/main\.tf"):
        checkov_run.run([], program(tmp_path, f"echo '{json.dumps(report)}'"))


def test_a_check_that_fails_to_run_does_not_pass(tmp_path: Path) -> None:
    checkov = program(tmp_path, "echo '2026-01-01 [MainThread] [ERROR]  Failed to run check CKV_CSV_1' >&2; echo '{}'")
    with pytest.raises(UserError, match="Failed to run check CKV_CSV_1"):
        checkov_run.run([], checkov)


def test_a_checkov_that_scans_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing to scan"):
        checkov_run.run([], program(tmp_path, 'echo \'{"passed": 0, "failed": 0, "resource_count": 0}\''))


def test_a_resource_that_checkov_has_no_record_of_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "main.tf").write_text(BUCKET)
    monkeypatch.setattr(checkov_run, "run", lambda _arguments: [])
    assert f"{tmp_path}/main.tf:1 aws_s3_bucket.this" in refused(capsys, "--hcl", tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read as a plan"),
        ("[]", "is JSON but not a plan"),
        ('{"format_version": "1.2"}', "is JSON but not a plan"),
    ],
)
def test_a_file_that_is_not_a_plan_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    file = tmp_path / "test" / "sqs" / plans.PLAN
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert f"{file} {said}" in refused(capsys, "--plans", tmp_path)


def whole(**more: object) -> str:
    queue = {"address": "aws_sqs_queue.this", "mode": "managed"}
    keys = {"format_version": "1.2", "terraform_version": "1.11.4", "configuration": {}}
    return json.dumps({**keys, "planned_values": {"root_module": {"resources": [queue]}}, **more})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (whole(errored=True), "ended in an error"),
        (whole(planned_values={"root_module": {}}), "plans no resource"),
    ],
)
def test_an_incomplete_plan_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    file = tmp_path / "test" / "sqs" / plans.PLAN
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert said in refused(capsys, "--plans", tmp_path)


def test_an_environment_that_lacks_the_plan_of_a_unit_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / environments.names()[0] / "sqs" / plans.PLAN
    file.parent.mkdir(parents=True)
    file.write_text(whole())
    assert "holds no plan of ci_roles, eventbridge, iam, kms" in refused(capsys, "--plans", tmp_path)


def test_a_folder_without_plans_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "holds no plan" in refused(capsys, "--plans", tmp_path)
