"""The packages of this checkout, with the wheels that the real lock pins."""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.packages.architectures import TARGETS
from scripts.packages.cli import main
from scripts.packages.manifest import Place, read_manifest
from scripts.packages.sources import function_names
from scripts.packages.trimming import AWS_SERVICES
from tests.support.cyclonedx import complaint

REPOSITORY = Path(__file__).resolve().parents[3]
FUNCTIONS = function_names(REPOSITORY / "lambdas")
LIMIT_SECONDS = 300
RunAsInLambda = Callable[[str, str], subprocess.CompletedProcess[str]]

ELF_MACHINES = {"x86_64": 62, "arm64": 183}
GLIBC_OF_AMAZON_LINUX_2023 = (2, 34)

FUNCTION_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-2",
    "AWS_REGION": "eu-west-2",
    "CSVBATCH_BUCKET": "csvbatch-test",
    "CSVBATCH_CHUNK_BYTES": "8388608",
    "CSVBATCH_DATABASE_URL": "oracle://database.example:2484/service?protocol=tcps",
    "CSVBATCH_ENVIRONMENT": "test",
    "CSVBATCH_MAX_RECEIVE_COUNT": "5",
    "CSVBATCH_QUEUE_URL": "https://sqs.eu-west-2.amazonaws.com/123456789012/csvbatch-test-chunks",
    "CSVBATCH_SECRET_ARN": "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "POWERTOOLS_METRICS_NAMESPACE": "csvbatch",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_TRACER_CAPTURE_ERROR": "false",
    "POWERTOOLS_TRACER_CAPTURE_RESPONSE": "false",
}

# Nothing of the environment that runs the tests is on the path, and what has to be compiled is a failure.
AS_IN_LAMBDA = """
import sys
from importlib.machinery import SourceFileLoader

def refuse(loader, data, path, *arguments, **options):
    raise AssertionError(f"{path} was compiled, not loaded")

SourceFileLoader.source_to_code = refuse
sys.path.insert(0, sys.argv[1])
"""

USES = {
    "the AWS clients": f"""
        import botocore.session
        for service in {AWS_SERVICES!r}:
            assert botocore.session.get_session().create_client(service)
    """,
    "boto3": """
        import boto3
        assert boto3.client("s3").generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
    """,
    "logs, metrics and traces": """
        from aws_lambda_powertools import Logger, Metrics, Tracer
        Logger().info("said")
        Metrics().add_metric("rows", "Count", 1)
        Tracer(disabled=False)
    """,
    "partial batch responses": """
        from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
        assert BatchProcessor(EventType.SQS)
    """,
    "Oracle's driver": """
        import oracledb
        assert oracledb.is_thin_mode()
        assert oracledb.makedsn("database.example", 2484, service_name="service")
    """,
    "what Oracle's driver encrypts with": """
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
        from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
        from cryptography import x509
        assert PBKDF2HMAC(algorithm=hashes.SHA512(), length=64, salt=b"salt", iterations=10).derive(b"password")
        assert Cipher(algorithms.AES(b"0" * 32), modes.CBC(b"0" * 16)).encryptor().update(b"0" * 16)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        assert serialization.load_pem_private_key(pem, None)
    """,
    "PostgreSQL's driver": """
        import psycopg
        assert psycopg.pq.__impl__ == "binary"
        assert psycopg.conninfo.make_conninfo("postgresql://database.example/rows")
    """,
    "contracts": """
        import pydantic, yaml
        class Column(pydantic.BaseModel):
            length: int
        assert Column(**yaml.load("length: 3", yaml.CSafeLoader)).length == 3
    """,
}


def build(checkout: Path, cache: Path, architecture: str, umask: int = 0o022, **environment: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "scripts.packages", "build", "--architecture", architecture],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "XDG_CACHE_HOME": str(cache)} | environment,
        umask=umask,
        check=True,
        timeout=LIMIT_SECONDS,
    )


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what is packaged, so that nobody changes it between two builds."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in ("lambdas", "requirements"):
        shutil.copytree(REPOSITORY / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", copy)
    return copy


@pytest.fixture(scope="session")
def packages(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    cache = tmp_path_factory.mktemp("cache")
    for architecture in TARGETS:
        build(checkout, cache, architecture)
    return checkout / "dist" / "lambda"


@pytest.fixture(scope="session")
def unpacked(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack each function's package."""
    folder = tmp_path_factory.mktemp("unpacked")
    for function in FUNCTIONS:
        with zipfile.ZipFile(packages / "x86_64" / f"{function}.zip") as archive:
            archive.extractall(folder / function)
    return folder


@pytest.fixture
def run_as_in_lambda(unpacked: Path) -> RunAsInLambda:
    def run(function: str, program: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", "-c", AS_IN_LAMBDA + program, str(unpacked / function)]
        return subprocess.run(
            command, env=FUNCTION_ENVIRONMENT, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
        )

    return run


@pytest.fixture
def native_modules(packages: Path) -> Callable[[str], dict[str, bytes]]:
    def read(architecture: str) -> dict[str, bytes]:
        with zipfile.ZipFile(packages / architecture / f"{FUNCTIONS[0]}.zip") as archive:
            names = [name for name in archive.namelist() if re.search(r"\.so(\.|$)", name)]
            return {name: archive.read(name) for name in names}

    return read


def test_there_are_the_two_functions_of_the_design() -> None:
    assert FUNCTIONS == ("batch_processor", "request_handler")


def test_a_second_cold_build_elsewhere_gives_the_same_bytes(checkout: Path, packages: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else" / "where"
    for folder in ("lambdas", "requirements"):
        shutil.copytree(checkout / folder, elsewhere / folder)
    shutil.copy(checkout / "pyproject.toml", elsewhere)
    for path in elsewhere.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    build(elsewhere, tmp_path / "cache", "x86_64", 0o077, PYTHONHASHSEED="3", TZ="Asia/Tokyo", LC_ALL="C")
    for function in FUNCTIONS:
        for file in (f"{function}.json", f"{function}.zip", f"{function}.cdx.json"):
            assert (elsewhere / "dist/lambda/x86_64" / file).read_bytes() == (packages / "x86_64" / file).read_bytes()


@pytest.mark.parametrize("architecture", TARGETS)
def test_zip_and_manifest_agree(packages: Path, architecture: str) -> None:
    for function in FUNCTIONS:
        assert main(["verify", function, "--output", str(packages), "--architecture", architecture]) == 0


@pytest.mark.parametrize("architecture", TARGETS)
def test_the_bill_of_materials_is_valid_and_names_what_the_lock_pins(packages: Path, architecture: str) -> None:
    sbom = Place(packages, architecture, FUNCTIONS[0]).sbom
    assert complaint(sbom) == ""
    bill = json.loads(sbom.read_bytes())
    pinned = set(
        re.findall(r"^([a-z0-9-]+)==(\S+)", (REPOSITORY / "requirements/lambda.txt").read_text(), re.MULTILINE)
    )
    assert {(one["name"], one["version"]) for one in bill["components"]} <= pinned
    assert "pkg:pypi/oracledb" in " ".join(bill["dependencies"][0]["dependsOn"])


@pytest.mark.parametrize("architecture", TARGETS)
def test_every_native_module_is_for_its_processor(
    native_modules: Callable[[str], dict[str, bytes]], architecture: str
) -> None:
    machines = {
        name: struct.unpack_from("<H", content, 18)[0] for name, content in native_modules(architecture).items()
    }
    assert len(machines) > 5
    assert {name for name, machine in machines.items() if machine != ELF_MACHINES[architecture]} == set()


@pytest.mark.parametrize("architecture", TARGETS)
def test_no_native_module_wants_a_newer_glibc_than_lambda_has(
    native_modules: Callable[[str], dict[str, bytes]], architecture: str
) -> None:
    wanted = {
        name: max((tuple(map(int, found)) for found in re.findall(rb"GLIBC_(\d+)\.(\d+)", content)), default=(0, 0))
        for name, content in native_modules(architecture).items()
    }
    assert {name for name, version in wanted.items() if version > GLIBC_OF_AMAZON_LINUX_2023} == set()


@pytest.mark.parametrize("use", USES)
def test_what_the_functions_use_works_from_the_zip_alone_and_without_compiling(
    run_as_in_lambda: RunAsInLambda, use: str
) -> None:
    program = "\n".join(line[8:] for line in USES[use].splitlines())
    done = run_as_in_lambda(FUNCTIONS[0], program)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_handler_loads_from_its_own_zip_without_compiling(run_as_in_lambda: RunAsInLambda, function: str) -> None:
    done = run_as_in_lambda(function, f"import {function}.handler\nassert callable({function}.handler.handler)")
    assert done.returncode == 0, done.stderr


def test_every_service_that_the_sources_make_a_client_for_is_packaged() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "lambdas").rglob("*.py"))
    clients = re.findall(r"\b(?:create_)?client\(\s*[\"']([\w-]+)[\"']", sources)
    assert clients
    assert set(clients) <= set(AWS_SERVICES)


def test_every_dependency_of_the_project_is_in_the_manifest_with_its_licence(packages: Path) -> None:
    manifest = read_manifest(Place(packages, "x86_64", FUNCTIONS[0]))
    assert {"aws-lambda-powertools", "oracledb", "psycopg", "psycopg-binary", "pydantic", "pyyaml"} <= {
        package.name for package in manifest.packages
    }
    assert all(package.licence and package.version for package in manifest.packages)
