"""Resources that hold data in production are guarded by a resource that no plan can destroy."""

from checkov.common.models.enums import CheckCategories

from scripts.common import environments
from scripts.common.errors import UserError
from scripts.scan.checks.check import Check, check
from scripts.scan.checks.confs import Conf, block, in_plan, neighbours, value

GUARD = "deletion_protection"


@check(
    "CKV_CSV_11",
    "What holds data is protected against destruction in production",
    CheckCategories.BACKUP_AND_RECOVERY,
    ["aws_s3_bucket", "aws_kms_key", "aws_secretsmanager_secret", "aws_sqs_queue"],
)
def is_protected(conf: Conf, running: Check) -> bool | None:
    """The guard is a `terraform_data.deletion_protection` with `prevent_destroy`, which no variable can set.

    In the source the module must have the guard, with any count; a plan of production must contain it. Of queues only
    those with a dead-letter queue count: the dead-letter queue of a function keeps events that the next run repeats.
    """
    if running.entity_type == "aws_sqs_queue" and value(conf, "redrive_policy") is None:
        return None
    if in_plan(conf):
        if not _is_production(value(block(conf, "tags_all"), "environment")):
            return None
        if value(conf, "force_destroy") is True:
            return False
    found = neighbours(running, conf, "terraform_data").items()
    guards = [guard for name, guard in found if name.startswith(GUARD)]
    return _prevents(conf) or any(in_plan(guard) or _prevents(guard) for guard in guards)


def _is_production(name: object) -> bool:
    """Whether a plan's environment is production by its env.hcl; an environment outside live/ counts as production."""
    try:
        return isinstance(name, str) and environments.load(name).production
    except UserError:
        return True


def _prevents(conf: Conf) -> bool:
    return value(block(conf, "lifecycle"), "prevent_destroy") is True and value(conf, "count") not in (0, "0")
