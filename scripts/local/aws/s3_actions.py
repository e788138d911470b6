"""Which IAM action an S3 request is."""

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
_WITH_DELETE_OF_THEIR_OWN = ("policy", "website")
"""What else is deleted, the action that puts it deletes."""


def object_action(method: str, query: Container[str]) -> str:
    """The name, in the service authorization reference for S3 and without the `s3:`, of a request on an object."""
    if "uploadId" in query:
        return _OF_UPLOADS.get(method, "PutObject")
    if method == "POST":
        return next((action for key, action in _POSTS.items() if key in query), "PutObject")
    subresource = next((name for key, name in _SUBRESOURCES.items() if key in query), "")
    versioned = "versionId" in query and subresource not in _WITHOUT_VERSIONED_NAME
    return f"{_VERBS[method]}Object{'Version' if versioned else ''}{subresource}"


def bucket_action(method: str, query: Container[str]) -> str:
    """The same of a request on a bucket; a deletion of many objects is none, but one for each of them."""
    listing = next((action for key, action in _LISTS.items() if key in query), None)
    if listing:
        return listing
    subresource = next((key for key in _OF_BUCKETS if key in query), None)
    if subresource is None:
        return _BARE_BUCKET.get(method, "PutObject")  # A form that a browser posts is an object.
    deletes = method == "DELETE" and subresource in _WITH_DELETE_OF_THEIR_OWN
    verb = "Delete" if deletes else "Get" if method in ("GET", "HEAD") else "Put"
    return f"{verb}{_OF_BUCKETS[subresource]}"
