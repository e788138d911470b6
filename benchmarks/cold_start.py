"""How long the packaged request handler takes from its start to its first answer, beside an empty handler.

The empty one makes one boto3 S3 client and answers. Both are run by Lambda's runtime client from the same unpacked
package, so both have the same boto3 with the same bytecode. The first message names a chunk, so the answer comes after
all that a first message needs: every import, Oracle's driver too, the secret, and a connection, which is refused by a
port where nobody listens. The secret comes from a local AWS. Each round starts a fresh process of each in turn.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.support.findings import Aim, Role, publish
from benchmarks.support.measuring import Comparison, Taken, of_children
from csvbatch.pipeline.messages import ChunkMessage
from scripts.common.paths import REPOSITORY
from scripts.local.aws.server import LocalAws
from scripts.local.runtime import interface_client, packages
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.packages import Package
from scripts.local.runtime.sandbox import Sandbox, Task

PACKAGE = REPOSITORY / "dist" / "lambda" / "x86_64" / "request_handler.zip"
EMPTY_HANDLER = """import os
import boto3
S3 = boto3.client("s3", region_name=os.environ["AWS_REGION"])
def handler(event, context):
    return {"batchItemFailures": []}
"""
BUCKET = "a-bucket"
OURS, PEER = "request handler, packaged", "empty handler, one S3 client"
AIM = Aim(1.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10, help="how often both are started (default: 10)")
    rounds = parser.parse_args().rounds
    if not PACKAGE.is_file():
        sys.exit(f"{PACKAGE} is not there. Build it: make package")
    with tempfile.TemporaryDirectory() as folder, LocalAws() as server:
        tasks = {PEER: empty_handler(Path(folder)), OURS: request_handler(Path(folder), Aws(server.endpoint))}
        compared = Comparison()
        for number in range(rounds + 1):
            for name, task in tasks.items():
                took = first_answer(name, task)
                # The first round fills the caches of the file system.
                if number:
                    compared.note(name, took)
    roles = {PEER: Role.PEER, OURS: Role.OURS}
    publish(compared.findings("cold_start", "start to first answer", PEER, roles, aims={OURS: AIM}))


def request_handler(folder: Path, aws: Aws) -> Task:
    secret = {"username": "loader", "password": "not-a-real-one"}
    arn = aws.client("secretsmanager").create_secret(Name="bench", SecretString=json.dumps(secret))["ARN"]
    role = aws.client("iam").create_role(RoleName="bench", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    function = f"arn:aws:lambda:{aws.endpoint.region}:{aws.endpoint.account_id}:function:bench"
    variables = {
        "CSVBATCH_BUCKET": BUCKET,
        "CSVBATCH_SECRET_ARN": arn,
        # Port 1 is one that nobody listens on.
        "CSVBATCH_DATABASE_URL": "oracle://127.0.0.1:1/APP?protocol=tcps",
        "CSVBATCH_MAX_RECEIVE_COUNT": "5",
        "POWERTOOLS_SERVICE_NAME": "csvbatch",
        "POWERTOOLS_METRICS_NAMESPACE": "csvbatch",
        **aws.variables_of_role(role, function),
    }
    return task(folder, "request_handler.handler.handler", unpacked(folder), variables)


def empty_handler(folder: Path) -> Task:
    """A module of its own in front of the same package."""
    code = unpacked(folder)
    (code / "empty.py").write_text(EMPTY_HANDLER)
    return task(folder, "empty.handler", code, {"AWS_REGION": "us-east-1"})


def unpacked(folder: Path) -> Path:
    return packages.unpack(Package(PACKAGE, packages.digest(PACKAGE)), folder / "code")


def task(folder: Path, handler: str, code: Path, variables: Mapping[str, str]) -> Task:
    own = {"_HANDLER": handler, "AWS_LAMBDA_FUNCTION_NAME": "bench", "PATH": "/usr/bin:/bin", "LANG": "en_US.UTF-8"}
    return Task(
        arn="arn:aws:lambda:us-east-1:123456789012:function:bench",
        handler=handler,
        timeout_seconds=60,
        initialisation_seconds=60,
        code=code,
        client=interface_client.folder_of_client(folder / "client"),
        variables={**own, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024", **variables},
        log=folder / f"{handler}.log",
    )


def first_answer(name: str, of: Task) -> Taken:
    """Start a process, time its first answer, and end it, so that its seconds of processors are known."""
    before, start = of_children(), time.perf_counter()
    sandbox = Sandbox(of)
    try:
        answered(sandbox, name)
        clock = time.perf_counter() - start
    finally:
        sandbox.close()
    return Taken(clock, of_children() - before)


def answered(sandbox: Sandbox, name: str) -> None:
    """Send the first message; our handler has to have come so far as to be refused by the database."""
    body = ChunkMessage("0123456789abcdef", 0, BUCKET, "incoming/a/b.csv", "1", 0, 1).dumps()
    record = {"messageId": "1", "body": body, "attributes": {"ApproximateReceiveCount": "1"}, "eventSource": "aws:sqs"}
    result = sandbox.invoke(json.dumps({"Records": [record]}).encode())
    failures = [{"itemIdentifier": "1"}] if name == OURS else []
    if result.error or json.loads(result.payload) != {"batchItemFailures": failures}:
        raise RuntimeError(f"{name} answered {result.payload!r}")


if __name__ == "__main__":
    main()
