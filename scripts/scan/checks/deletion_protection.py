"""Resources that hold data in production are guarded by a resource that no plan can destroy."""

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from scripts.common import environments
from scripts.common.errors import UserError
from scripts.scan.checks.confs import Conf, block, in_plan, neighbours, value

GUARD = "deletion_protection"


class DataIsProtected(BaseResourceCheck):
    """The guard is a `terraform_data.deletion_protection` with `prevent_destroy`, which no variable can set.

    In the source the module must have the guard, with any count; a plan of production must contain it. Of queues only
    those with a dead-letter queue count: the dead-letter queue of a function keeps events that the next run repeats.
    """

    def __init__(self) -> None:
        super().__init__(
            "What holds data is protected against destruction in production",
            "CKV_CSV_11",
            [CheckCategories.BACKUP_AND_RECOVERY],
            ["aws_s3_bucket", "aws_kms_key", "aws_secretsmanager_secret", "aws_sqs_queue"],
        )

    def scan_resource_conf(self, conf: Conf) -> CheckResult:
        """Look for the guard beside the resource."""
        if self.entity_type == "aws_sqs_queue" and value(conf, "redrive_policy") is None:
            return CheckResult.UNKNOWN
        if in_plan(conf):
            if not _is_production(value(block(conf, "tags_all"), "environment")):
                return CheckResult.UNKNOWN
            if value(conf, "force_destroy") is True:
                return CheckResult.FAILED
        guards = [guard for name, guard in neighbours(self, conf, "terraform_data").items() if name.startswith(GUARD)]
        guarded = any(in_plan(guard) or _prevents(guard) for guard in guards)
        return CheckResult.PASSED if guarded or _prevents(conf) else CheckResult.FAILED


def _is_production(name: object) -> bool:
    """Whether a plan's environment is production by its env.hcl; an environment outside live/ counts as production."""
    try:
        return isinstance(name, str) and environments.load(name).production
    except UserError:
        return True


def _prevents(conf: Conf) -> bool:
    return value(block(conf, "lifecycle"), "prevent_destroy") is True and value(conf, "count") not in (0, "0")


DataIsProtected()
