"""Checks external names before they are stored in the ledger: keys, versions and dataset folders."""

from csvbatch.pipeline.layout import Incoming
from csvbatch.pipeline.ports import StoredObject
from csvbatch.store.tables import DATASET_CHARACTERS, OBJECT_NAME_BYTES

NOT_IN_A_DATASET = "not_in_a_dataset_folder"
_RELATIVE = {".", ".."}


def problem_of(stored: StoredObject, incoming: Incoming | None) -> str | None:
    """Give a code for why an object cannot be registered; None if it can."""
    if incoming is None:
        return NOT_IN_A_DATASET
    if _RELATIVE.intersection(stored.object.key.split("/")):
        # HTTP clients normalise such a path, so a request would reach another object or none:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
        return "key_has_relative_parts"
    for what, name in (("key", stored.object.key), ("version", stored.object.version)):
        if problem := _problem_of_name(name):
            return f"{what}_{problem}"
    return None


def can_be_stored(name: str) -> bool:
    """Tell whether a key or version can be written to the ledger, and asked for there."""
    return _problem_of_name(name) is None


def ledger_dataset(incoming: Incoming) -> str:
    """Cut a folder's name to what the ledger can hold; a file under a longer name is refused as unknown dataset."""
    return incoming.dataset[:DATASET_CHARACTERS]


def _problem_of_name(name: str) -> str | None:
    if not name:
        return "empty"
    if "\0" in name:
        return "has_nul"
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return "not_unicode"
    return "too_long" if len(encoded) > OBJECT_NAME_BYTES else None
