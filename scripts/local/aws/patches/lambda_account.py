"""The account settings of Lambda, which moto lacks."""

import json

from moto.awslambda import urls
from moto.awslambda.responses import LambdaResponse

from scripts.local.aws.patches.registry import Replacements, patch
from scripts.local.aws.validation import quotas

_ACCOUNT_SETTINGS_URL = r"{0}/(?P<api_version>[^/]+)/account-settings/?$"


@patch
def has_account_settings(moto: Replacements) -> None:
    """GetAccountSettings is missing (404)."""
    moto.put_item(urls.url_paths, _ACCOUNT_SETTINGS_URL, LambdaResponse.dispatch)
    moto.add(LambdaResponse, "get_account_settings", get_account_settings)


def get_account_settings(self: LambdaResponse) -> str:
    """GET /account-settings: the concurrency of the account, and what is unreserved of it."""
    functions = list(self.backend.list_functions())
    quota = quotas.concurrent_executions()
    reserved = sum(int(each.reserved_concurrency or 0) for each in functions)
    limit = {"ConcurrentExecutions": quota, "UnreservedConcurrentExecutions": quota - reserved}
    return json.dumps({"AccountLimit": limit, "AccountUsage": {"FunctionCount": len(functions)}})
