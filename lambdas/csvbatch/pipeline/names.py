"""Checks what comes from outside and is to be kept in the ledger: keys, versions and the folders of datasets."""

from csvbatch.pipeline.layout import Incoming
from csvbatch.pipeline.ports import StoredObject

LONGEST_OBJECT_NAME_BYTES = 1024
"""Of a key, in UTF-8: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""

LONGEST_DATASET_CHARACTERS = 63

NOT_IN_A_DATASET = "not_in_a_dataset_folder"
_RELATIVE = {".", ".."}


def problem_of(stored: StoredObject, incoming: Incoming | None) -> str | None:
    """Give the code of why an object cannot be registered, or None where it can.

    The mark of a folder, which S3's console makes, is not asked about: it is not a file.
    """
    if incoming is None:
        return NOT_IN_A_DATASET
    if _RELATIVE.intersection(stored.object.key.split("/")):
        # Clients shorten such a path before they sign it, so it leads to another object or to none:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
        return "key_has_relative_parts"
    for what, name in (("key", stored.object.key), ("version", stored.object.version)):
        if problem := _problem_of_name(name):
            return f"{what}_{problem}"
    return None


def ledger_dataset(incoming: Incoming) -> str:
    """Give what the ledger keeps of a folder's name: no dataset has a longer one, so the file will be refused."""
    return incoming.dataset[:LONGEST_DATASET_CHARACTERS]


def _problem_of_name(name: str) -> str | None:
    if not name:
        return "empty"
    if "\0" in name:
        return "has_nul"
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return "not_unicode"
    return "too_long" if len(encoded) > LONGEST_OBJECT_NAME_BYTES else None
