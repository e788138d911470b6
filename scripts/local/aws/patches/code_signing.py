"""Code signing configurations, which moto lacks."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from moto.awslambda import urls
from moto.awslambda.exceptions import GenericResourcNotFound
from moto.awslambda.models import LambdaBackend
from moto.awslambda.responses import LambdaResponse
from moto.core.exceptions import JsonRESTError

from scripts.local.aws.patches.registry import Replacements, patch

_CONFIGURATIONS = "local_aws_code_signing_configurations"
_CONFIGURATIONS_URL = r"{0}/(?P<api_version>[^/]+)/code-signing-configs/?$"
_CONFIGURATION_URL = r"{0}/(?P<api_version>[^/]+)/code-signing-configs/(?P<arn>.+)$"

Answer = tuple[int, dict[str, str], str]


@patch
def has_code_signing(moto: Replacements) -> None:
    """Code signing configurations are missing: creating or attaching one is a 404."""
    moto.put_item(urls.url_paths, _CONFIGURATIONS_URL, LambdaResponse.dispatch)
    moto.put_item(urls.url_paths, _CONFIGURATION_URL, LambdaResponse.dispatch)
    for operation in (
        create_code_signing_config,
        get_code_signing_config,
        update_code_signing_config,
        delete_code_signing_config,
        put_function_code_signing_config,
        delete_function_code_signing_config,
    ):
        moto.add(LambdaResponse, operation.__name__, operation)
    moto.replace(LambdaBackend, "_get_resource_by_arn", _finds_tagged(LambdaBackend._get_resource_by_arn))


class _Configuration:
    """One configuration; moto reads the tags of a resource from `tags`."""

    def __init__(self, arn: str, given: dict[str, Any]) -> None:
        self.tags: dict[str, str] = given.get("Tags") or {}
        self._described = {"CodeSigningConfigArn": arn, "CodeSigningConfigId": arn.rpartition(":")[2]}
        self._described["Description"] = ""
        self._policies = {"UntrustedArtifactOnDeployment": "Warn"}
        self._publishers: dict[str, Any] = {}
        self.update(given)

    def update(self, given: dict[str, Any]) -> None:
        self._described["Description"] = given.get("Description", self._described["Description"])
        self._described["LastModified"] = datetime.now(UTC).isoformat()
        self._policies = given.get("CodeSigningPolicies") or self._policies
        self._publishers = given.get("AllowedPublishers") or self._publishers

    def to_json(self) -> str:
        described = {
            **self._described,
            "CodeSigningPolicies": self._policies,
            "AllowedPublishers": self._publishers,
        }
        return json.dumps({"CodeSigningConfig": described})


def create_code_signing_config(self: LambdaResponse) -> Answer:
    """POST /code-signing-configs."""
    backend = self.backend
    prefix = f"arn:{backend.partition}:lambda:{backend.region_name}:{backend.account_id}:code-signing-config"
    arn = f"{prefix}:csc-{secrets.token_hex(9)[:17]}"
    configuration = _Configuration(arn, self.json_body)
    _configurations(backend)[arn] = configuration
    return 201, {"status": "201"}, configuration.to_json()


def get_code_signing_config(self: LambdaResponse) -> str:
    """GET /code-signing-configs/ARN."""
    return _named_in_path(self).to_json()


def update_code_signing_config(self: LambdaResponse) -> str:
    """PUT /code-signing-configs/ARN."""
    configuration = _named_in_path(self)
    configuration.update(self.json_body)
    return configuration.to_json()


def delete_code_signing_config(self: LambdaResponse) -> Answer:
    """DELETE /code-signing-configs/ARN, refused while a function uses it."""
    arn = _arn_in_path(self)
    _find(self.backend, arn)
    users = [each.function_name for each in self.backend.list_functions() if each.code_signing_config_arn == arn]
    if users:
        raise JsonRESTError("ResourceConflictException", f"{arn} is used by {', '.join(users)}")
    del _configurations(self.backend)[arn]
    return 204, {"status": "204"}, ""


def put_function_code_signing_config(self: LambdaResponse) -> str:
    """PUT /functions/NAME/code-signing-config."""
    name, arn = _function_in_path(self), self.json_body["CodeSigningConfigArn"]
    _find(self.backend, arn)
    self.backend.get_function(name).code_signing_config_arn = arn
    return json.dumps({"CodeSigningConfigArn": arn, "FunctionName": name})


def delete_function_code_signing_config(self: LambdaResponse) -> Answer:
    """DELETE /functions/NAME/code-signing-config."""
    self.backend.get_function(_function_in_path(self)).code_signing_config_arn = None
    return 204, {"status": "204"}, ""


def _finds_tagged(original: Any) -> Any:
    def _get_resource_by_arn(self: LambdaBackend, arn: str) -> Any:
        return _find(self, arn) if ":code-signing-config:" in arn else original(self, arn)

    return _get_resource_by_arn


def _configurations(backend: LambdaBackend) -> dict[str, _Configuration]:
    configurations: dict[str, _Configuration] = vars(backend).setdefault(_CONFIGURATIONS, {})
    return configurations


def _find(backend: LambdaBackend, arn: str) -> _Configuration:
    try:
        return _configurations(backend)[arn]
    except KeyError:
        raise GenericResourcNotFound from None


def _named_in_path(response: LambdaResponse) -> _Configuration:
    return _find(response.backend, _arn_in_path(response))


def _arn_in_path(response: LambdaResponse) -> str:
    return unquote(response.path.partition("/code-signing-configs/")[2])


def _function_in_path(response: LambdaResponse) -> str:
    return unquote(response.path.split("/")[-2])
