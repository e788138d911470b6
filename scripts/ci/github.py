"""The few calls to GitHub's REST API that jobs make; address, repository and token come from the job's environment.

https://docs.github.com/en/enterprise-server@3.3/rest/issues/comments
"""

import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.common.errors import UserError

LIMIT_SECONDS = 60
_PAGE = 100
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')


class GitHub:
    """The API of one repository.

    Raises UserError where a variable of the job is missing, or a call fails; it says which.
    """

    def __init__(self, variables: Mapping[str, str] = os.environ) -> None:
        missing = [name for name in ("GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN") if not variables.get(name)]
        if missing:
            raise UserError(f"{' and '.join(missing)} is not set: this command runs in a job of GitHub Actions.")
        self._root = f"{variables['GITHUB_API_URL']}/repos/{variables['GITHUB_REPOSITORY']}"
        self._token = variables["GITHUB_TOKEN"]

    def all(self, path: str) -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page."""
        separator = "&" if "?" in path else "?"
        url: str | None = f"{self._root}{path}{separator}per_page={_PAGE}"
        while url:
            items, link = self._call("GET", url)
            yield from items
            found = _NEXT.search(link)
            url = found[1] if found else None

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Create something."""
        return dict(self._call("POST", f"{self._root}{path}", json.dumps(body).encode())[0])

    def patch(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change something."""
        return dict(self._call("PATCH", f"{self._root}{path}", json.dumps(body).encode())[0])

    def upload(self, url: str, file: Path) -> None:
        """Add a file to a release, whose answer named the URL."""
        self._call("POST", f"{url}?name={file.name}", file.read_bytes(), "application/octet-stream")

    def _call(
        self, method: str, url: str, body: bytes | None = None, kind: str = "application/json"
    ) -> tuple[Any, str]:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "Content-Type": kind,
        }
        request = urllib.request.Request(url, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=LIMIT_SECONDS) as answer:
                return json.load(answer), answer.headers.get("Link", "")
        except urllib.error.HTTPError as error:
            said = error.read().decode("utf-8", "replace")[:500]
            raise UserError(f"{method} {url} was refused with {error.code}: {said}") from error
        except (OSError, ValueError) as error:
            raise UserError(f"{method} {url} failed: {error}") from error
