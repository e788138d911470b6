"""The local AWS as its runtime sees it: clients that can reach nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from local_aws import environment
from local_aws.environment import Endpoint

_CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 3})
_SESSION_NAME = "local-runtime"


@dataclass(slots=True)
class Aws:
    """One local AWS; each client is made once, and may be used by several threads."""

    endpoint: Endpoint
    _clients: dict[str, Any] = field(default_factory=dict, init=False)

    def client(self, service: str) -> Any:
        """A client with the made-up credentials of the local AWS."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                endpoint_url=self.endpoint.url,
                region_name=self.endpoint.region,
                verify=str(self.endpoint.ca_bundle),
                aws_access_key_id=environment.ACCESS_KEY_ID,
                aws_secret_access_key=environment.SECRET_ACCESS_KEY,
                config=_CONFIG,
            )
        return self._clients[service]

    def variables_of_role(self, role_arn: str) -> Mapping[str, str]:
        """The variables that lead a process here, with credentials of a role: what the role may do, it may do."""
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=_SESSION_NAME)
        credentials = answer["Credentials"]
        return {
            **environment.settings(self.endpoint, {}),
            "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
            "AWS_SESSION_TOKEN": credentials["SessionToken"],
        }
