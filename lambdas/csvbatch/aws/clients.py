"""boto3 clients with time limits: in a VPC without the right endpoint a call would otherwise hang."""

from typing import Any

import boto3
from botocore.config import Config

_CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})


def client(service: str, region: str) -> Any:
    """A client of one service."""
    return boto3.client(service, region_name=region, config=_CONFIG)
