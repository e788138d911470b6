"""The account settings of Lambda, which moto lacks."""

import json
import os

from moto.awslambda import urls
from moto.awslambda.responses import LambdaResponse

from scripts.local.aws.patches.registry import Replacements, patch

DEFAULT_CONCURRENT_EXECUTIONS = 1000
"""The default quota: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""

QUOTA_VARIABLE = "MOTO_LAMBDA_CONCURRENCY_QUOTA"
"""moto's own variable: if it is set, a reservation must leave 100 executions unreserved."""

_ACCOUNT_SETTINGS_URL = r"{0}/(?P<api_version>[^/]+)/account-settings/?$"


@patch
def has_account_settings(moto: Replacements) -> None:
    """GetAccountSettings is missing (404); a reservation of concurrency is checked against it."""
    moto.put_item(urls.url_paths, _ACCOUNT_SETTINGS_URL, LambdaResponse.dispatch)
    moto.add(LambdaResponse, "get_account_settings", get_account_settings)


def get_account_settings(self: LambdaResponse) -> str:
    """GET /account-settings: the concurrency of the account, and what is unreserved of it."""
    functions = list(self.backend.list_functions())
    quota = int(os.environ.get(QUOTA_VARIABLE) or DEFAULT_CONCURRENT_EXECUTIONS)
    reserved = sum(int(each.reserved_concurrency or 0) for each in functions)
    limit = {"ConcurrentExecutions": quota, "UnreservedConcurrentExecutions": quota - reserved}
    return json.dumps({"AccountLimit": limit, "AccountUsage": {"FunctionCount": len(functions)}})
