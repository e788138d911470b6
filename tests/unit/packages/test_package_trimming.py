import pytest

from scripts.packages.trimming import AWS_SERVICES, goes_to_lambda, is_compiled


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
        "aws_lambda_powertools/event_handler/openapi/swagger_ui/swagger-ui.min.css",
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
        "aws_lambda_powertools/event_handler/openapi/compat.py",
        "aws_lambda_powertools/event_handler/openapi/swagger_ui/__init__.py",
        *(f"botocore/data/{service}/2006-03-01/service-2.json.gz" for service in AWS_SERVICES),
    ],
)
def test_everything_else_goes_to_lambda(path: str) -> None:
    assert goes_to_lambda(path)


@pytest.mark.parametrize(
    "path",
    [
        "aws_lambda_powertools/event_handler/api_gateway.py",
        "aws_lambda_powertools/utilities/parser/models/sqs.py",
        "aws_lambda_powertools/utilities/serialization.py",
        "oracledb/plugins/aws_config_provider.py",
        "pydantic/v1/main.py",
    ],
)
def test_what_the_functions_do_not_load_is_not_compiled(path: str) -> None:
    assert goes_to_lambda(path)
    assert not is_compiled(path)


@pytest.mark.parametrize(
    "path",
    [
        "aws_lambda_powertools/__init__.py",
        "aws_lambda_powertools/utilities/__init__.py",
        "aws_lambda_powertools/utilities/batch/base.py",
        "aws_lambda_powertools/utilities/data_classes/sqs_event.py",
        "aws_lambda_powertools/utilities/typing/__init__.py",
        "oracledb/connection.py",
        "pydantic/main.py",
    ],
)
def test_all_else_is_compiled(path: str) -> None:
    assert is_compiled(path)
