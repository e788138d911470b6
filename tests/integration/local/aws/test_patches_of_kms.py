from typing import Any

from scripts.local.aws.patches import kms
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.served import Aws


def rotation(aws: Aws, **given: int) -> Any:
    client = aws("kms")
    key_id = client.create_key()["KeyMetadata"]["KeyId"]
    client.enable_key_rotation(KeyId=key_id, **given)
    return client.get_key_rotation_status(KeyId=key_id).get("RotationPeriodInDays")


def test_rotation_period_is_kept(compare: Compare) -> None:
    bad, good = compare(kms.keeps_rotation_period, lambda aws: rotation(aws, RotationPeriodInDays=180))

    assert bad is None
    assert good == 180


def test_rotation_period_is_a_year_where_none_is_given(compare: Compare) -> None:
    bad, good = compare(kms.keeps_rotation_period, rotation)

    assert bad is None
    assert good == 365
