"""AWS clients with time limits: in a VPC without the right endpoint a call would otherwise hang.

They are botocore's own, which boto3 would give as well, after more imports than a function needs to start.
"""

from typing import Any

import botocore.session
from botocore.config import Config

_CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})

_SESSION = botocore.session.get_session()


def client(service: str, region: str) -> Any:
    """A client of one service."""
    return _SESSION.create_client(service, region_name=region, config=_CONFIG)
