"""Runs of `verify-account` against a local AWS, as somebody would type them."""

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csvbatch.store import BatchState
from scripts.account.verify import record
from scripts.account.verify.record import PASSED, StepRecord
from scripts.account.verify.steps import NAMES
from scripts.common.paths import command
from scripts.local.aws.server import LocalAws
from scripts.local.runtime.aws import Aws
from tests.support.platform import DEV

LIMIT_SECONDS = 300
ROWS = "1000"
BEFORE_THE_SECRET = NAMES[: NAMES.index("secret")]


@dataclass(frozen=True, slots=True)
class Verification:
    """Runs of the command against one local AWS, which the shell points to."""

    aws: LocalAws
    folder: Path

    @property
    def variables(self) -> dict[str, str]:
        return self.aws.environment | {"TG_DOWNLOAD_DIR": str(self.folder / "cache")}

    @property
    def typed(self) -> list[str]:
        places = ["--folder", str(self.folder), "--reports", str(self.folder / "reports")]
        return [command("verify-account"), DEV.name, "--aws", "local", "--rows", ROWS, *places]

    def run(self, *options: str, given: str = "", status: int = 0) -> str:
        done = subprocess.run(
            [*self.typed, *options],
            env=self.variables,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert done.returncode == status, done.stdout[-6000:]
        return done.stdout

    def interrupted_while_loading(self) -> str:
        """Start the command, press Ctrl-C once the batch is loading, and give what was said."""
        with subprocess.Popen(
            self.typed, env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout
            said = []
            for line in process.stdout:
                said.append(line)
                if f"is {BatchState.LOADING}" in line:
                    process.send_signal(signal.SIGINT)
                    break
            said.append(process.stdout.read())
            assert process.wait(timeout=LIMIT_SECONDS) == 130, "".join(said)
        return "".join(said)

    def begin_after(self, *steps: str) -> None:
        """Have a record in which these steps are done, as if an earlier run had been interrupted there."""
        run = record.new(DEV, self.aws.endpoint.url)
        run.is_confirmed = True
        run.steps = {name: StepRecord(PASSED, 1.0, "done before") for name in steps}
        run.save(self.record_file)

    @property
    def record_file(self) -> Path:
        return self.folder / DEV.name / "run.json"

    @property
    def report(self) -> Mapping[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "reports" / f"{DEV.name}.json").read_text(encoding="utf-8"))
        return found

    @property
    def outcomes(self) -> dict[str, str]:
        return {one["step"]: one["outcome"] for one in self.report["steps"]}

    @property
    def store(self) -> Path:
        return self.folder / "home" / "store.db"

    def client(self, service: str) -> Any:
        return Aws(self.aws.endpoint).client(service)


@contextmanager
def executing(aws: LocalAws, environment: str, home: Path) -> Iterator[None]:
    """Stands for Lambda: executes what is deployed, with a SQLite file in the place of Oracle."""
    typed = [command("local-runtime"), "--env", environment, "--home", str(home)]
    typed += ["--state-dir", str(aws.state.path.parent), "serve"]
    with subprocess.Popen(typed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        try:
            assert any(line.startswith("serving ") for line in process.stdout)
            yield
        finally:
            process.terminate()
            process.stdout.read()
