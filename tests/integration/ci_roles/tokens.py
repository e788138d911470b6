"""Tokens as GitHub gives them to jobs, for a made-up repository; nobody signed them, and the local AWS does not ask."""

import base64
import json
import time
from typing import Any

ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


def token(subject: str, **claims: Any) -> str:
    """A JSON Web Token for a job with this subject; further claims replace the usual ones."""
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "exp": int(time.time()) + 300}
    return ".".join(map(_part, ({"alg": "RS256", "typ": "JWT"}, {**usual, **claims}))) + ".made-up"


def _part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
