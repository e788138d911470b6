from pathlib import Path

import pytest

from scripts.local.aws.functions import url_of
from scripts.local.aws.state import FUNCTION_ROUTES_VARIABLE


@pytest.fixture
def routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "functions.json"
    monkeypatch.setenv(FUNCTION_ROUTES_VARIABLE, str(file))
    return file


def test_function_is_found_at_the_url_its_runtime_wrote(routes: Path) -> None:
    routes.write_text('{"csvbatch-dev-batch-processor": "http://127.0.0.1:8080/"}')

    assert url_of("csvbatch-dev-batch-processor") == "http://127.0.0.1:8080/"


@pytest.mark.parametrize("content", [None, "", "{}", '{"another": "http://127.0.0.1:8080/"}'])
def test_function_that_nothing_executes_is_named(routes: Path, content: str | None) -> None:
    if content is not None:
        routes.write_text(content)

    with pytest.raises(LookupError, match="nothing on this machine executes function csvbatch-dev-batch-processor"):
        url_of("csvbatch-dev-batch-processor")


def test_without_routes_nothing_executes_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FUNCTION_ROUTES_VARIABLE, raising=False)

    with pytest.raises(LookupError):
        url_of("csvbatch-dev-batch-processor")
