import pytest

from scripts.local.aws.s3_actions import bucket_action, object_action


@pytest.mark.parametrize(
    ("method", "query", "action"),
    [
        ("GET", {}, "GetObject"),
        ("HEAD", {}, "GetObject"),
        ("HEAD", {"versionId"}, "GetObjectVersion"),
        ("GET", {"versionId"}, "GetObjectVersion"),
        ("GET", {"tagging"}, "GetObjectTagging"),
        ("GET", {"tagging", "versionId"}, "GetObjectVersionTagging"),
        ("GET", {"acl", "versionId"}, "GetObjectVersionAcl"),
        ("GET", {"attributes"}, "GetObjectAttributes"),
        ("GET", {"retention", "versionId"}, "GetObjectRetention"),
        ("GET", {"uploadId"}, "ListMultipartUploadParts"),
        ("PUT", {}, "PutObject"),
        ("PUT", {"partNumber", "uploadId"}, "PutObject"),
        ("PUT", {"tagging"}, "PutObjectTagging"),
        ("PUT", {"tagging", "versionId"}, "PutObjectVersionTagging"),
        ("PUT", {"acl"}, "PutObjectAcl"),
        ("PUT", {"legal-hold"}, "PutObjectLegalHold"),
        ("POST", {"uploads"}, "PutObject"),
        ("POST", {"uploadId"}, "PutObject"),
        ("POST", {"restore"}, "RestoreObject"),
        ("POST", {"select", "select-type"}, "GetObject"),
        ("DELETE", {}, "DeleteObject"),
        ("DELETE", {"versionId"}, "DeleteObjectVersion"),
        ("DELETE", {"tagging"}, "DeleteObjectTagging"),
        ("DELETE", {"uploadId"}, "AbortMultipartUpload"),
    ],
)
def test_request_is_the_action_of_the_service_authorization_reference(
    method: str, query: set[str], action: str
) -> None:
    assert object_action(method, query) == action


@pytest.mark.parametrize(
    ("method", "query", "action"),
    [
        ("GET", {"list-type", "prefix"}, "ListBucket"),
        ("HEAD", set(), "ListBucket"),
        ("GET", {"versions", "prefix"}, "ListBucketVersions"),
        ("GET", {"uploads"}, "ListBucketMultipartUploads"),
        ("PUT", set(), "CreateBucket"),
        ("DELETE", set(), "DeleteBucket"),
        ("GET", {"location"}, "GetBucketLocation"),
        ("GET", {"policy"}, "GetBucketPolicy"),
        ("PUT", {"policy"}, "PutBucketPolicy"),
        ("DELETE", {"policy"}, "DeleteBucketPolicy"),
        ("PUT", {"lifecycle"}, "PutLifecycleConfiguration"),
        ("DELETE", {"lifecycle"}, "PutLifecycleConfiguration"),
        ("DELETE", {"encryption"}, "PutEncryptionConfiguration"),
        ("DELETE", {"tagging"}, "PutBucketTagging"),
        ("PUT", {"versioning"}, "PutBucketVersioning"),
        ("PUT", {"publicAccessBlock"}, "PutBucketPublicAccessBlock"),
    ],
)
def test_request_on_a_bucket_is_the_action_of_the_same_reference(method: str, query: set[str], action: str) -> None:
    assert bucket_action(method, query) == action
