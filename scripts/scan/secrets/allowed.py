"""What looks like a secret and is none: a list with reasons, on which nothing stays that is not needed."""

import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from scripts.scan.secrets.errors import SecretScanError

ALLOWED = Path(__file__).with_name("allowed.toml")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that looks like a secret; its value is compared and never shown."""

    file: str
    line: int
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """A form of value that is no secret in some files, and why; `value` is a regular expression for the whole."""

    files: str
    value: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Tell whether a finding is of this form, in one of these files."""
        return fnmatchcase(finding.file, self.files) and re.fullmatch(self.value, finding.value) is not None


def read_allowed(path: Path) -> list[Allowed]:
    """Read the list; raises `SecretScanError` where it is damaged, or an entry has no reason."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("allowed", [])
        found = []
        for entry in entries:
            if not entry["reason"].strip():
                raise SecretScanError(f"{path}: {entry['values']} has no reason; say why it is no secret")
            for value in entry["values"]:
                re.compile(value)
                found.append(Allowed(entry.get("files", "*"), value, entry["reason"]))
    except OSError as error:
        raise SecretScanError(f"{path}: {error.strerror}") from error
    except KeyError as error:
        raise SecretScanError(f"{path}: an entry has no {error.args[0]}; each has values and a reason") from error
    except (ValueError, re.error) as error:
        raise SecretScanError(f"{path}: {error}") from error
    return found
