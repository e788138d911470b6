"""What no role may do to objects and buckets, and what one may and another may not."""

from tests.integration.least_privilege.denials import Denial, at, bucket, tags, version
from tests.integration.least_privilege.enforced import HANDLER, INCOMING, PROCESSOR, READER, REJECTED, REPORT

_LIFECYCLE = {"Rules": [{"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]}
_POLICY = '{"Version": "2012-10-17", "Statement": []}'
_EXISTS = ("head_object", at("data", INCOMING))

BUCKETS = [
    # Other buckets.
    Denial(
        "reads the state",
        PROCESSOR,
        "s3:GetObject",
        "get_object",
        lambda dev: {"Bucket": dev.state_bucket, "Key": dev.state_key},
    ),
    Denial(
        "reads the state",
        HANDLER,
        "s3:GetObject",
        "get_object",
        lambda dev: {"Bucket": dev.state_bucket, "Key": dev.state_key},
    ),
    Denial("lists the state", READER, "s3:ListBucket", "list_objects_v2", lambda dev: {"Bucket": dev.state_bucket}),
    Denial("lists the packages", PROCESSOR, "s3:ListBucket", "list_objects_v2", bucket("artifacts")),
    Denial("replaces a package", HANDLER, "s3:PutObject", "put_object", at("artifacts", "made-up.zip", Body=b"zip")),
    Denial("lists the access logs", HANDLER, "s3:ListBucket", "list_objects_v2", bucket("logs")),
    Denial("lists all buckets", PROCESSOR, "s3:ListAllMyBuckets", "list_buckets", lambda _: {}),
    # Other prefixes, and reading without a version.
    Denial("reads rejected rows", PROCESSOR, "s3:GetObjectVersion", "get_object", version(REJECTED)),
    Denial("reads rejected rows", HANDLER, "s3:GetObjectVersion", "get_object", version(REJECTED)),
    Denial("writes rejected rows", PROCESSOR, "s3:PutObject", "put_object", at("data", REJECTED, Body=b"row")),
    Denial("reads a report", HANDLER, "s3:GetObjectVersion", "get_object", version(REPORT)),
    Denial("reads a report", READER, "s3:GetObject", "get_object", at("data", REPORT)),
    Denial("reads an incoming file", READER, "s3:GetObject", "get_object", at("data", INCOMING)),
    Denial("reads whatever is there now", HANDLER, "s3:GetObject", "get_object", at("data", INCOMING)),
    Denial("asks what is there now", PROCESSOR, "s3:GetObject", "head_object", at("data", INCOMING)),
    Denial("replaces a file", PROCESSOR, "s3:PutObject", "put_object", at("data", INCOMING, Body=b"rows")),
    Denial("replaces a file", HANDLER, "s3:PutObject", "put_object", at("data", INCOMING, Body=b"rows")),
    Denial("unpacks a file", HANDLER, "s3:PutObject", "create_multipart_upload", at("data", "work/there/unpacked.csv")),
    Denial(
        "writes outside every prefix", PROCESSOR, "s3:PutObject", "put_object", at("data", "elsewhere.csv", Body=b"")
    ),
    Denial("writes rejected rows", READER, "s3:PutObject", "put_object", at("data", REJECTED, Body=b"row")),
    Denial(
        "lists rejected rows",
        PROCESSOR,
        "s3:ListBucketVersions",
        "list_object_versions",
        bucket("data", Prefix="rejected/"),
    ),
    Denial("lists the whole bucket", PROCESSOR, "s3:ListBucketVersions", "list_object_versions", bucket("data")),
    Denial("lists files", HANDLER, "s3:ListBucketVersions", "list_object_versions", bucket("data", Prefix="incoming/")),
    Denial("lists incoming files", READER, "s3:ListBucket", "list_objects_v2", bucket("data", Prefix="incoming/")),
    # Deletions.
    Denial("deletes a file", PROCESSOR, "s3:DeleteObject", "delete_object", at("data", INCOMING), _EXISTS),
    Denial("deletes a file", HANDLER, "s3:DeleteObject", "delete_object", at("data", INCOMING), _EXISTS),
    Denial("deletes a version", PROCESSOR, "s3:DeleteObjectVersion", "delete_object", version(INCOMING), _EXISTS),
    Denial(
        "deletes several versions",
        HANDLER,
        "s3:DeleteObjectVersion",
        "delete_objects",
        lambda dev: {
            "Bucket": dev.bucket("data"),
            "Delete": {"Objects": [{"Key": INCOMING, "VersionId": dev.versions[INCOMING]}]},
        },
        _EXISTS,
    ),
    Denial("deletes rejected rows", READER, "s3:DeleteObject", "delete_object", at("data", REJECTED), _EXISTS),
    # Tags, by which files expire.
    Denial(
        "marks a file as it likes",
        PROCESSOR,
        "s3:PutObjectVersionTagging",
        "put_object_tagging",
        version(INCOMING, Tagging=tags(status="other")),
    ),
    Denial(
        "marks a file as refused",
        HANDLER,
        "s3:PutObjectVersionTagging",
        "put_object_tagging",
        version(INCOMING, Tagging=tags(status="refused")),
    ),
    Denial(
        "takes the status from a file",
        HANDLER,
        "s3:PutObjectVersionTagging",
        "put_object_tagging",
        version(INCOMING, Tagging=tags(other="processed")),
    ),
    Denial(
        "marks rejected rows",
        HANDLER,
        "s3:PutObjectVersionTagging",
        "put_object_tagging",
        version(REJECTED, Tagging=tags(status="processed")),
    ),
    Denial("reads the tags of rejects", HANDLER, "s3:GetObjectVersionTagging", "get_object_tagging", version(REJECTED)),
    Denial(
        "removes the tags of a file",
        PROCESSOR,
        "s3:DeleteObjectVersionTagging",
        "delete_object_tagging",
        version(INCOMING),
        ("get_object_tagging", version(INCOMING)),
    ),
    # The buckets themselves.
    Denial(
        "drops the bucket's policy",
        PROCESSOR,
        "s3:DeleteBucketPolicy",
        "delete_bucket_policy",
        bucket("data"),
        ("get_bucket_policy", bucket("data")),
    ),
    Denial(
        "replaces the bucket's policy",
        HANDLER,
        "s3:PutBucketPolicy",
        "put_bucket_policy",
        bucket("data", Policy=_POLICY),
        ("get_bucket_policy", bucket("data")),
    ),
    Denial(
        "has files expire",
        HANDLER,
        "s3:PutLifecycleConfiguration",
        "put_bucket_lifecycle_configuration",
        bucket("data", LifecycleConfiguration=_LIFECYCLE),
        ("get_bucket_lifecycle_configuration", bucket("data")),
    ),
    Denial(
        "suspends versions",
        PROCESSOR,
        "s3:PutBucketVersioning",
        "put_bucket_versioning",
        bucket("data", VersioningConfiguration={"Status": "Suspended"}),
        ("get_bucket_versioning", bucket("data")),
    ),
    Denial(
        "deletes the bucket",
        READER,
        "s3:DeleteBucket",
        "delete_bucket",
        bucket("logs"),
        ("head_bucket", bucket("logs")),
    ),
]
