import pytest

from lambda_packages.trimming import AWS_SERVICES, goes_to_lambda


@pytest.mark.parametrize(
    "path",
    [
        "bin/jp.py",
        "../../bin/tool",
        "plain/__pycache__/a.cpython-313.pyc",
        "plain-1.0.dist-info/RECORD",
        "plain-1.0.dist-info/INSTALLER",
        "plain-1.0.dist-info/REQUESTED",
        "plain-1.0.dist-info/direct_url.json",
        "plain-1.0.dist-info/uv_cache.json",
        "plain/core.pyi",
        "plain/core.c",
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
        "botocore/data/s3control/2018-08-20/service-2.json.gz",
        "cffi/api.py",
        "pycparser/c_ast.py",
        "aws_lambda_powertools/event_handler/api_gateway.py",
    ],
)
def test_what_lambda_has_no_use_for_is_left_out(path: str) -> None:
    assert not goes_to_lambda(path)


@pytest.mark.parametrize(
    "path",
    [
        "plain/__init__.py",
        "plain/bin/data",
        "plain/RECORD",
        "plain/direct_url.json",
        "plain-1.0.dist-info/METADATA",
        "plain-1.0.dist-info/licenses/LICENSE",
        "plain-1.0.dist-info/entry_points.txt",
        "plain/core.cpython-313-x86_64-linux-gnu.so",
        "plain.libs/libpq-1234.so.5",
        "botocore/data/endpoints.json",
        "botocore/data/partitions.json",
        "_cffi_backend.cpython-313-x86_64-linux-gnu.so",
        "aws_lambda_powertools/logging/logger.py",
        *(f"botocore/data/{service}/2006-03-01/service-2.json.gz" for service in AWS_SERVICES),
    ],
)
def test_everything_else_goes_to_lambda(path: str) -> None:
    assert goes_to_lambda(path)
