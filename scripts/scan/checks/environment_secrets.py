"""A function's environment says where its secret is, never the secret: it is readable with the function's settings."""

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from scripts.scan.checks.confs import Conf, block, blocks
from scripts.scan.secret_words import looks_like_a_secret, names_a_secret, reads_a_secret


class NoSecretInEnvironment(BaseResourceCheck):
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html."""

    def __init__(self) -> None:
        super().__init__(
            "Function's environment holds no secret", "CKV_CSV_8", [CheckCategories.SECRETS], ["aws_lambda_function"]
        )

    def scan_resource_conf(self, conf: Conf) -> CheckResult:
        """Judge each variable by its name and its value."""
        for variables in blocks(block(conf, "environment"), "variables"):
            for name, given in variables.items():
                text = str(given[0] if isinstance(given, list) and given else given)
                named = names_a_secret(name) and text not in ("", "None")
                if not name.startswith("__") and (named or looks_like_a_secret(text) or reads_a_secret(text)):
                    return CheckResult.FAILED
        return CheckResult.PASSED


NoSecretInEnvironment()
