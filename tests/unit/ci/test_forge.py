"""Comments, issues and releases, against a server that answers as GitHub does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.ci import comment, drift_issue, release
from scripts.ci.github import GitHub
from scripts.common.errors import UserError
from tests.support.fake_github import Forge, serving


@pytest.fixture
def forge() -> Iterator[Forge]:
    with serving() as made:
        yield made


def test_a_second_plan_replaces_the_comment_of_the_first(forge: Forge) -> None:
    for text in ("first", "second"):
        comment.write(GitHub(forge.variables), 7, "plan of dev", text)
    assert [one["body"] for one in forge.comments] == [f"{comment.mark('plan of dev')}\nsecond"]


def test_the_comment_is_found_on_a_later_page(forge: Forge) -> None:
    for number in range(5):
        forge.comment(7, f"a remark {number}")
    forge.comment(7, comment.marked("plan of dev", "first"))
    comment.write(GitHub(forge.variables), 7, "plan of dev", "second")
    assert len(forge.comments) == 6
    assert forge.comments[-1]["body"].endswith("second")


def test_each_environment_has_a_comment_of_its_own(forge: Forge) -> None:
    for name in ("dev", "prod"):
        comment.write(GitHub(forge.variables), 7, f"plan of {name}", name)
    assert len(forge.comments) == 2


def test_what_a_person_wrote_is_not_replaced(forge: Forge) -> None:
    forge.comment(7, comment.marked("plan of dev", "quoted by a person"), "User")
    comment.write(GitHub(forge.variables), 7, "plan of dev", "new")
    assert [one["body"].splitlines()[1] for one in forge.comments] == ["quoted by a person", "new"]


def test_a_text_that_github_would_refuse_is_not_sent(forge: Forge) -> None:
    with pytest.raises(UserError, match="GitHub accepts 65536"):
        comment.write(GitHub(forge.variables), 7, "plan of dev", "x" * 65_536)
    assert forge.calls == []


def test_a_missing_report_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"comment\.md does not exist or is empty"):
        comment.read(tmp_path / "comment.md")


def test_drift_is_one_issue_that_stays_current_and_is_closed(forge: Forge) -> None:
    github = GitHub(forge.variables)
    for text in ("a queue", "a queue and a key"):
        drift_issue.report(github, "dev", text, drifts=True)
    assert [(one["title"], one["state"]) for one in forge.issues] == [("dev has drifted", "open")]
    assert forge.issues[0]["body"].endswith("a queue and a key")
    drift_issue.report(github, "dev", "nothing", drifts=False)
    assert forge.issues[0]["state"] == "closed"
    drift_issue.report(github, "dev", "nothing", drifts=False)
    assert len(forge.issues) == 1
    assert len(forge.comments) == 1


def test_drift_that_comes_back_is_a_new_issue(forge: Forge) -> None:
    for drifts in (True, False, True):
        drift_issue.report(GitHub(forge.variables), "dev", "a queue", drifts=drifts)
    assert [one["state"] for one in forge.issues] == ["closed", "open"]


def test_other_issues_and_pull_requests_are_left_alone(forge: Forge) -> None:
    text = comment.marked("drift of dev", "quoted")
    forge.issue("by a person", text, "User")
    forge.issue("a pull request", text, pull_request={})
    forge.issue("another environment", comment.marked("drift of prod", "a key"))
    forge.issue("without a text", "")
    drift_issue.report(GitHub(forge.variables), "dev", "nothing", drifts=False)
    assert {one["state"] for one in forge.issues} == {"open"}


def test_a_release_is_seen_only_when_all_its_files_are_there(forge: Forge, tmp_path: Path) -> None:
    folder = tmp_path / "x86_64"
    folder.mkdir()
    for name in ("one.zip", "one.cdx.json", ".one.stamp"):
        (folder / name).write_bytes(name.encode())
    release.publish(GitHub(forge.variables), "v1.2.3", "notes", release.assets(tmp_path))
    assert forge.files == {"one.zip": b"one.zip", "one.cdx.json": b"one.cdx.json"}
    assert [(one["tag_name"], one["body"], one["draft"]) for one in forge.releases] == [("v1.2.3", "notes", False)]
    assert forge.calls[0] == "POST /releases"
    assert forge.calls[-1] == "PATCH /releases/1"


def test_a_release_without_packages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="run make package first"):
        release.assets(tmp_path)


CHANGELOG = (
    "# Changelog\n\n## [Unreleased]\n\n- later\n\n## [1.2.3] - 2026-12-01\n\n### Added\n\n- this\n\n## [1.2.2]\n\n"
)


def test_the_notes_of_a_release_are_its_part_of_the_changelog() -> None:
    assert release.notes_of("v1.2.3", CHANGELOG) == "### Added\n\n- this"


@pytest.mark.parametrize("tag", ["v1.2.4", "v1.2.2", "1.2.3", "v1", "v1.2.3; rm"])
def test_a_tag_without_notes_is_no_release(tag: str) -> None:
    with pytest.raises(UserError):
        release.notes_of(tag, CHANGELOG)


@pytest.mark.parametrize("missing", ["GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN"])
def test_outside_of_a_job_the_missing_variable_is_named(forge: Forge, missing: str) -> None:
    with pytest.raises(UserError, match=f"{missing} is not set"):
        GitHub({**forge.variables, missing: ""})


def test_a_refusal_says_what_was_asked_and_what_was_answered(forge: Forge) -> None:
    with pytest.raises(UserError, match=r"GET http\S+/issues/7/comments\S+ was refused with 401: .*Bad credentials"):
        comment.write(GitHub({**forge.variables, "GITHUB_TOKEN": "expired"}), 7, "plan of dev", "text")


def test_a_server_that_is_not_there_is_an_error_and_no_traceback() -> None:
    variables = {"GITHUB_API_URL": "http://127.0.0.1:9", "GITHUB_REPOSITORY": "a/b", "GITHUB_TOKEN": "made-up"}
    with pytest.raises(UserError, match=r"POST http://127\.0\.0\.1:9/repos/a/b/issues failed"):
        GitHub(variables).post("/issues", {})
