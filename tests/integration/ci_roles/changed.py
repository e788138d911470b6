"""A change of every unit, as a pull request would bring it: settings of the environment, and texts of modules."""

from pathlib import Path

from scripts.common.paths import DIST
from tests.support.platform import DEV
from tests.support.variants import variant

_ENV = f"live/{DEV.name}/env.hcl"
EDITS = [
    (_ENV, 'cost_center = "csv-loading"', 'team = "csv-loading"'),
    (_ENV, "log_retention_days  = 365", "log_retention_days  = 400"),
    (_ENV, 'log_level           = "DEBUG"', 'log_level           = "INFO"'),
    (_ENV, "port         = 2484", "port         = 2485"),
    (_ENV, "request_handler_concurrency = 4", "request_handler_concurrency = 5"),
    (_ENV, "{ batch_processor = null, request_handler = null }", "{ batch_processor = 1, request_handler = null }"),
    (f"live/{DEV.name}/eventbridge/terragrunt.hcl", "rate(15 minutes)", "rate(30 minutes)"),
    (f"live/{DEV.name}/monitoring/terragrunt.hcl", "email_addresses = []", 'email_addresses = ["a@example.com"]'),
    ("live/_components/common.hcl", "dead_letter_retention_days = 14", "dead_letter_retention_days = 13"),
    ("modules/kms/main.tf", "Encrypts everything", "Encrypts all that"),
    ("modules/kms/policy.tf", '"LogGroupsOfTheAccount"', '"LogGroups"'),
    (
        "modules/iam/function_trust.tf",
        'actions = ["sts:AssumeRole"]',
        'sid     = "Lambda"\n    actions = ["sts:AssumeRole"]',
    ),
    ("modules/secrets/main.tf", "Oracle credentials; the value", "Credentials of Oracle; the value"),
    ("modules/iam/batch_processor.tf", "What ${var.batch_processor_function_name} may do", "What finds files may do"),
    ("modules/eventbridge/role.tf", "What the schedules of", "What each schedule of"),
    ("modules/eventbridge/object_created.tf", "when an object arrives", "once an object arrives"),
    ("modules/monitoring/main.tf", "Alarms of ${var.name}", "Alarms from ${var.name}"),
    ("modules/monitoring/alarms.tf", "has not run for", "did not run for"),
    ("modules/network/endpoint_policies.tf", '"ListTheDataBucket"', '"ListDataBucket"'),
    ("modules/lambda_function/main.tf", "maximum_retry_attempts       = 0", "maximum_retry_attempts       = 1"),
]


def changed(folder: Path) -> Path:
    """Copy the configuration, change it, and give the folder of the environment's units."""
    live = variant(folder, {})
    for name, old, new in EDITS:
        file = folder / name
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} holds {text.count(old)} times: {old}"
        file.write_text(text.replace(old, new), encoding="utf-8")
    (folder / "dist").symlink_to(DIST)
    return live / DEV.name
