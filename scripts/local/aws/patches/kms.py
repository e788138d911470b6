"""Patches of moto's KMS."""

import json
from datetime import UTC, datetime, timedelta

from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from scripts.local.aws.patches.registry import Replacements, patch

_PERIODS = "local_aws_rotation_periods"
_DEFAULT_PERIOD_DAYS = 365


@patch
def keeps_rotation_period(moto: Replacements) -> None:
    """The rotation period is dropped, so each plan sets it again."""
    original_enable, original_status = KmsResponse.enable_key_rotation, KmsResponse.get_key_rotation_status

    def enable_key_rotation(self: KmsResponse) -> str:
        answer = original_enable(self)
        days = int(self._get_param("RotationPeriodInDays", _DEFAULT_PERIOD_DAYS))
        _periods(self.kms_backend)[self.kms_backend.get_key_id(self._get_param("KeyId"))] = days
        return answer

    def get_key_rotation_status(self: KmsResponse) -> str:
        status = json.loads(original_status(self))
        if status["KeyRotationEnabled"]:
            key_id = self.kms_backend.get_key_id(self._get_param("KeyId"))
            days = _periods(self.kms_backend).get(key_id, _DEFAULT_PERIOD_DAYS)
            next_rotation = datetime.now(UTC) + timedelta(days=days)
            status |= {"RotationPeriodInDays": days, "NextRotationDate": next_rotation.timestamp()}
        return json.dumps(status)

    moto.replace(KmsResponse, "enable_key_rotation", enable_key_rotation)
    moto.replace(KmsResponse, "get_key_rotation_status", get_key_rotation_status)


def _periods(backend: KmsBackend) -> dict[str, int]:
    periods: dict[str, int] = vars(backend).setdefault(_PERIODS, {})
    return periods
