import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from scripts.common.errors import UserError
from scripts.packages.cli import main
from scripts.packages.manifest import Place
from scripts.packages.upload import upload

BUCKET = "csvbatch-test-123456789012-eu-west-2-artifacts"
FOLDER = Path("dist/lambda/x86_64")
ZIP = FOLDER / "batch_processor.zip"
MANIFEST = FOLDER / "batch_processor.json"

CONFLICT = (
    SimpleNamespace(status_code=409),
    {"Error": {"Code": "ConditionalRequestConflict", "Message": ""}, "ResponseMetadata": {}},
)

Uploading = Callable[..., tuple[int, Any]]
BeforePut = Callable[[Callable[[], Any]], None]


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    """Read the descriptions of the services once."""
    return boto3.Session()


@pytest.fixture
def s3(built: Path, session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    with mock_aws():
        # moto forgets the default session when it begins.
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield client


@pytest.fixture
def key(s3: Any) -> str:
    return str(json.loads(MANIFEST.read_bytes())["object_key"])


@pytest.fixture
def uploading(capsys: pytest.CaptureFixture[str]) -> Uploading:
    def run(bucket: str = BUCKET) -> tuple[int, Any]:
        capsys.readouterr()
        status = main(["upload", "batch_processor", "--bucket", bucket])
        return status, capsys.readouterr()

    return run


def versions(s3: Any) -> list[Any]:
    return list(s3.list_object_versions(Bucket=BUCKET).get("Versions", []))


def stored_zip() -> bytes:
    """Write the same content to other bytes, as another zlib would."""
    target = io.BytesIO()
    with zipfile.ZipFile(ZIP) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for info in source.infolist():
            copied = zipfile.ZipInfo(info.filename)
            copied.external_attr = info.external_attr
            archive.writestr(copied, source.read(info))
    return target.getvalue()


def test_the_zip_is_stored_under_its_content_digest_with_its_checksum(s3: Any, key: str, uploading: Uploading) -> None:
    status, said = uploading()
    assert status == 0
    assert f"s3://{BUCKET}/{key} written" in said.out
    head = s3.head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == json.loads(MANIFEST.read_bytes())["code_sha256"]
    assert s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == ZIP.read_bytes()


def test_it_says_first_which_account_and_endpoint_it_talks_to(s3: Any, uploading: Uploading) -> None:
    said = uploading()[1].out
    assert said.startswith("batch_processor: account 123456789012, endpoint https://s3.eu-west-2.amazonaws.com\n")


def test_what_is_there_already_is_not_sent_again(s3: Any, uploading: Uploading) -> None:
    uploading()
    status, said = uploading()
    assert status == 0
    assert "exists already" in said.out
    assert len(versions(s3)) == 1


def test_the_same_content_deflated_elsewhere_is_taken_for_what_it_is(s3: Any, key: str, uploading: Uploading) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=stored_zip(), ChecksumAlgorithm="SHA256")
    status, said = uploading()
    assert status == 0
    assert "exists already" in said.out


def test_an_object_that_is_not_what_its_key_says_is_refused_and_left_alone(
    s3: Any, key: str, uploading: Uploading
) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"something else")
    status, said = uploading()
    assert status == 1
    assert "is damaged" in said.err
    assert len(versions(s3)) == 1


def test_another_functions_package_under_the_key_is_refused(s3: Any, key: str, uploading: Uploading) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=(FOLDER / "request_handler.zip").read_bytes())
    status, said = uploading()
    assert status == 1
    assert "not what its key says: find out who wrote it" in said.err


def test_a_package_that_does_not_match_its_manifest_is_not_sent(s3: Any, uploading: Uploading) -> None:
    ZIP.write_bytes(stored_zip())
    status, said = uploading()
    assert status == 1
    assert "zip_sha256 should be" in said.err
    assert versions(s3) == []


def test_a_package_that_was_never_built_is_not_sent(s3: Any, uploading: Uploading) -> None:
    MANIFEST.unlink()
    status, said = uploading()
    assert status == 1
    assert "batch_processor.json does not exist" in said.err


def test_a_bucket_that_is_not_there_is_named(s3: Any, uploading: Uploading) -> None:
    status, said = uploading("csvbatch-nowhere")
    assert status == 1
    assert "s3://csvbatch-nowhere/lambda/batch_processor/" in said.err
    assert "NoSuchBucket" in said.err
    assert "apply the unit s3_artifacts first" in said.err


def test_without_credentials_it_says_what_to_check(
    s3: Any, uploading: Uploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    status, said = uploading()
    assert status == 1
    assert "Unable to locate credentials; check credentials, region and endpoint" in said.err


@pytest.fixture
def before_put(s3: Any, session: boto3.Session) -> Iterator[BeforePut]:
    """Have something happen after the upload found no object, and before it puts one."""
    actions: list[Callable[[], Any]] = []

    def act(**_: object) -> Any:
        return actions[0]() if actions else None

    session.events.register("before-call.s3.PutObject", act)
    yield actions.append
    session.events.unregister("before-call.s3.PutObject", act)


def test_a_second_uploader_that_was_faster_is_no_failure(
    s3: Any, key: str, uploading: Uploading, before_put: BeforePut
) -> None:
    before_put(lambda: s3.put_object(Bucket=BUCKET, Key=key, Body=ZIP.read_bytes()) and None)
    status, said = uploading()
    assert status == 0
    assert "exists already" in said.out
    assert len(versions(s3)) == 1


def test_a_conflict_with_another_uploader_is_tried_again(s3: Any, before_put: BeforePut) -> None:
    answers = [CONFLICT]
    before_put(lambda: answers.pop() if answers else None)
    waits: list[float] = []
    _, written = upload(Place(FOLDER.parent, "x86_64", "batch_processor"), BUCKET, lambda line: None, waits.append)
    assert written
    assert waits == [0]


def test_conflicts_without_end_are_an_error(s3: Any, before_put: BeforePut) -> None:
    before_put(lambda: CONFLICT)
    with pytest.raises(UserError, match="other uploads kept conflicting"):
        upload(Place(FOLDER.parent, "x86_64", "batch_processor"), BUCKET, lambda line: None, lambda seconds: None)
