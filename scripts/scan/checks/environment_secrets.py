"""A function's environment says where its secret is, never the secret: it is readable with the function's settings."""

from checkov.common.models.enums import CheckCategories

from scripts.scan.checks.check import Check, check
from scripts.scan.checks.confs import Conf, block, blocks
from scripts.scan.secret_words import looks_like_a_secret, names_a_secret, reads_a_secret


@check("CKV_CSV_8", "Function's environment holds no secret", CheckCategories.SECRETS, ["aws_lambda_function"])
def has_no_secret(conf: Conf, _: Check) -> bool:
    """Judge each variable by its name and its value.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    return not any(
        _is_secret(name, str(given[0] if isinstance(given, list) and given else given))
        for variables in blocks(block(conf, "environment"), "variables")
        for name, given in variables.items()
        if not name.startswith("__")
    )


def _is_secret(name: str, text: str) -> bool:
    named = names_a_secret(name) and text not in ("", "None")
    return named or looks_like_a_secret(text) or reads_a_secret(text)
