"""The IAM actions of S3 requests."""

from collections.abc import Container

_VERBS = {"GET": "Get", "HEAD": "Get", "PUT": "Put", "DELETE": "Delete"}
_SUBRESOURCES = {
    "acl": "Acl",
    "tagging": "Tagging",
    "attributes": "Attributes",
    "retention": "Retention",
    "legal-hold": "LegalHold",
}
_OF_UPLOADS = {"GET": "ListMultipartUploadParts", "DELETE": "AbortMultipartUpload"}
_POSTS = {"restore": "RestoreObject", "select": "GetObject"}
_WITHOUT_VERSIONED_NAME = ("Retention", "LegalHold")

_LISTS = {"versions": "ListBucketVersions", "uploads": "ListBucketMultipartUploads"}
_BARE_BUCKET = {"GET": "ListBucket", "HEAD": "ListBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}
_OF_BUCKETS = {
    "accelerate": "AccelerateConfiguration",
    "acl": "BucketAcl",
    "analytics": "AnalyticsConfiguration",
    "cors": "BucketCORS",
    "encryption": "EncryptionConfiguration",
    "intelligent-tiering": "IntelligentTieringConfiguration",
    "inventory": "InventoryConfiguration",
    "lifecycle": "LifecycleConfiguration",
    "location": "BucketLocation",
    "logging": "BucketLogging",
    "metrics": "MetricsConfiguration",
    "notification": "BucketNotification",
    "object-lock": "BucketObjectLockConfiguration",
    "ownershipControls": "BucketOwnershipControls",
    "policy": "BucketPolicy",
    "policyStatus": "BucketPolicyStatus",
    "publicAccessBlock": "BucketPublicAccessBlock",
    "replication": "ReplicationConfiguration",
    "requestPayment": "BucketRequestPayment",
    "tagging": "BucketTagging",
    "versioning": "BucketVersioning",
    "website": "BucketWebsite",
}
_WITH_DELETE_ACTION = ("policy", "website")
"""Other subresources are deleted by the action that puts them."""


def object_action(method: str, query: Container[str]) -> str:
    """The action of a request on an object, by the service authorization reference of S3, without `s3:`."""
    if "uploadId" in query:
        return _OF_UPLOADS.get(method, "PutObject")
    if method == "POST":
        return next((action for key, action in _POSTS.items() if key in query), "PutObject")
    subresource = next((name for key, name in _SUBRESOURCES.items() if key in query), "")
    versioned = "versionId" in query and subresource not in _WITHOUT_VERSIONED_NAME
    return f"{_VERBS[method]}Object{'Version' if versioned else ''}{subresource}"


def bucket_action(method: str, query: Container[str]) -> str:
    """The action of a request on a bucket. DeleteObjects has no action of its own, but one per object."""
    listing = next((action for key, action in _LISTS.items() if key in query), None)
    if listing:
        return listing
    subresource = next((key for key in _OF_BUCKETS if key in query), None)
    if subresource is None:
        return _BARE_BUCKET.get(method, "PutObject")  # A form that a browser posts is an object.
    deletes = method == "DELETE" and subresource in _WITH_DELETE_ACTION
    verb = "Delete" if deletes else "Get" if method in ("GET", "HEAD") else "Put"
    return f"{verb}{_OF_BUCKETS[subresource]}"
