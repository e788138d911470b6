"""Which IAM action an S3 request on an object is."""

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
_WITHOUT_VERSIONED_NAME = ("Retention", "LegalHold")


def object_action(method: str, query: Container[str]) -> str:
    """Its name in the service authorization reference for S3, without the `s3:`."""
    if "uploadId" in query:
        return _OF_UPLOADS.get(method, "PutObject")
    if method == "POST":
        return "RestoreObject" if "restore" in query else "PutObject"
    subresource = next((name for key, name in _SUBRESOURCES.items() if key in query), "")
    versioned = "versionId" in query and subresource not in _WITHOUT_VERSIONED_NAME
    return f"{_VERBS[method]}Object{'Version' if versioned else ''}{subresource}"
