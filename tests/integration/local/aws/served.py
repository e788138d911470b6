"""moto, served by the test's own process over TLS, with a choice of patches."""

import socket
import threading
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.core.base_backend import BackendDict

from scripts.local.aws.certificates import server_context
from scripts.local.aws.environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from scripts.local.aws.patches.registry import Patch, PatchFunction, all_patches, applied
from scripts.local.aws.serving import Application, Server

ACCOUNT_ID = "123456789012"
REGION = "eu-west-2"

Aws = Callable[[str], Any]
"""Gives the client of a service, by name."""


class Served:
    """One server for a session; each probe finds it empty."""

    def __init__(self, directory: Path) -> None:
        self._ca_file = directory / "ca.pem"
        tls = server_context(self._ca_file)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._server = Server(listener.fileno(), Application(snapshot=bytes, restore=bytes), tls)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.client: Aws = cache(self._new_client)
        self.unchecked_client: Aws = cache(partial(self._new_client, parameter_validation=False))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()

    def run[T](self, patches: Iterable[Patch], probe: Callable[[Aws], T], *, validates: bool = True) -> T:
        with applied(patches):
            BackendDict.reset()
            self._server.app = Application(snapshot=bytes, restore=bytes, validates=validates)
            return probe(self.client)

    def compare[T](self, patch: PatchFunction, probe: Callable[[Aws], T]) -> tuple[T, T]:
        """What a probe finds with every patch but this one, and with every patch."""
        others = [each for each in all_patches() if each.function is not patch]
        return self.run(others, probe), self.run(all_patches(), probe)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.port}"

    @property
    def ca_file(self) -> Path:
        return self._ca_file

    def client_of_role(self, service: str, role_arn: str) -> Any:
        session = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
        return self._new_client(service, session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])

    def _new_client(
        self,
        service: str,
        key_id: str = ACCESS_KEY_ID,
        secret: str = SECRET_ACCESS_KEY,
        token: str | None = None,
        *,
        parameter_validation: bool = True,
    ) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
            aws_session_token=token,
            verify=str(self._ca_file),
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=parameter_validation),
        )


def refusal(call: Callable[[], object]) -> str:
    """The code of the error that AWS answers a call with; empty where it answers with none."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""
