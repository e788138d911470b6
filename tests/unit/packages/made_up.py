"""Made-up checkouts and wheels, small enough to be packaged in a unit test's time."""

import base64
import hashlib
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

StartPython = Callable[..., subprocess.Popen[str]]

CONTRACT_READER = '''
class ContractError(Exception):
    """What the real library raises."""


def load_contracts(folder):
    for path in sorted(folder.glob("*.yaml")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if "wrong" in line:
                raise ContractError(f"{path}:{number}: this is wrong; put it right")
'''

SOURCES = {
    "batch_processor/__init__.py": "",
    "batch_processor/handler.py": "def handler(event, context):\n    return event\n",
    "request_handler/__init__.py": "",
    "request_handler/handler.py": "def handler(event, context):\n    return context\n",
    "csvbatch/__init__.py": "",
    "csvbatch/contract/yaml_file.py": CONTRACT_READER,
    "csvbatch/store/ddl.sql": "select 1\n",
    "contracts/airports.yaml": "dataset: airports\n",
}


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(_bytes(content))


PYPROJECT = '[project]\nname = "made-up"\nversion = "1.2.3"\ndependencies = ["other"]\n'


def make_checkout(root: Path, lock: str) -> Path:
    write_files(root / "lambdas", SOURCES)
    write_files(root, {"requirements/lambda.txt": lock, "pyproject.toml": PYPROJECT})
    return root


@dataclass(frozen=True)
class Wheelhouse:
    """A folder of wheels that uv takes instead of a package index."""

    folder: Path

    def add(
        self,
        name: str,
        files: Mapping[str, str | bytes],
        *,
        tag: str = "py3-none-any",
        metadata: str = "License-Expression: MIT\n",
        tampered: Mapping[str, str | bytes] | None = None,
    ) -> str:
        """Make a wheel of version 1.0; gives its line for a lock. What is tampered with is not in RECORD."""
        info = f"{name}-1.0.dist-info"
        contents = {path: _bytes(content) for path, content in files.items()}
        contents[f"{info}/METADATA"] = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{metadata}".encode()
        contents[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
        lines = [f"{path},sha256={_recorded(content)},{len(content)}\n" for path, content in contents.items()]
        contents[f"{info}/RECORD"] = f"{''.join(lines)}{info}/RECORD,,\n".encode()
        contents |= {path: _bytes(content) for path, content in (tampered or {}).items()}
        self.folder.mkdir(exist_ok=True)
        path = self.folder / f"{name}-1.0-{tag}.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            for inner, content in contents.items():
                wheel.writestr(inner, content)
        return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _recorded(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
