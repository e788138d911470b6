import pytest

from csvbatch.aws.settings import HandlerSettings, LoaderSettings, ProcessorSettings, VariableError

COMMON = {
    "CSVBATCH_BUCKET": "bucket",
    "CSVBATCH_SECRET_ARN": "arn",
    "CSVBATCH_DATABASE_URL": "oracle://h:1521/s",
    "AWS_REGION": "eu-west-2",
}


def test_settings_are_what_the_variables_say() -> None:
    assert HandlerSettings.read(COMMON) == HandlerSettings("bucket", "arn", "oracle://h:1521/s", "eu-west-2")
    variables = {"CSVBATCH_QUEUE_URL": "url", "CSVBATCH_CHUNK_BYTES": "8388608"}
    assert ProcessorSettings.read(variables) == ProcessorSettings("url", 8_388_608)


@pytest.mark.parametrize("missing", COMMON)
def test_a_missing_variable_is_named(missing: str) -> None:
    with pytest.raises(VariableError, match=f"{missing} is not set"):
        HandlerSettings.read({name: value for name, value in COMMON.items() if name != missing})


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_a_number_that_is_none_is_named(value: str) -> None:
    with pytest.raises(VariableError, match="CSVBATCH_MAX_RECEIVE_COUNT is"):
        LoaderSettings.read({"CSVBATCH_MAX_RECEIVE_COUNT": value})


@pytest.mark.parametrize("name", ["b" * 64, "ab", "Upper", "arn:aws:s3:::bucket", "under_score", "-bucket", "bucket."])
def test_a_bucket_that_is_none_is_named(name: str) -> None:
    with pytest.raises(VariableError, match=r"CSVBATCH_BUCKET is .* 3 to 63"):
        HandlerSettings.read({**COMMON, "CSVBATCH_BUCKET": name})


@pytest.mark.parametrize("name", ["b" * 63, "a.b-3", "3ab"])
def test_a_bucket_may_have_any_name_that_s3_allows(name: str) -> None:
    assert HandlerSettings.read({**COMMON, "CSVBATCH_BUCKET": name}).bucket == name
