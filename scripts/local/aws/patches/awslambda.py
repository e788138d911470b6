"""Patches of moto's Lambda."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import has_request_context, request
from moto.awslambda.models import EventSourceMapping, LambdaBackend, LambdaFunction
from moto.ec2.models import ec2_backends
from moto.sqs.models import sqs_backends

from scripts.local.aws import functions
from scripts.local.aws.patches.registry import Replacements, patch

_FORGOTTEN = ("DeadLetterConfig", "LoggingConfig")
_UPDATES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "KMSKeyArn": ("kms_key_arn", lambda value: value or None),
    "TracingConfig": ("tracing_config", lambda value: value),
    "EphemeralStorage": ("ephemeral_storage", lambda value: value["Size"]),
}


@patch
def keeps_dead_letters_and_logging(moto: Replacements) -> None:
    """DeadLetterConfig and LoggingConfig of a function are lost."""
    original_init, original_get = LambdaFunction.__init__, LambdaFunction.get_configuration
    original_update = LambdaFunction.update_configuration

    def init(self: LambdaFunction, account_id: str, spec: dict[str, Any], region: str, version: Any = 1) -> None:
        _remember(self, spec)
        original_init(self, account_id, spec, region, version)

    def update_configuration(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
        _remember(self, config_updates)
        return original_update(self, config_updates)

    def get_configuration(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
        configuration = original_get(self, on_create)
        logging = {"LogFormat": "Text", "LogGroup": self.logs_group_name}
        remembered = vars(self).get("local_aws_configuration", {})
        return {**configuration, "LoggingConfig": logging, **remembered}

    moto.replace(LambdaFunction, "__init__", init)
    moto.replace(LambdaFunction, "update_configuration", update_configuration)
    moto.replace(LambdaFunction, "get_configuration", get_configuration)


@patch
def updates_key_tracing_and_storage(moto: Replacements) -> None:
    """An update of the key, the tracing mode, the storage or the architecture is accepted and ignored."""
    original_configuration, original_code = LambdaFunction.update_configuration, LambdaFunction.update_function_code

    def update_configuration(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
        for name, (attribute, convert) in _UPDATES.items():
            if name in config_updates:
                setattr(self, attribute, convert(config_updates[name]))
        return original_configuration(self, config_updates)

    def update_function_code(self: LambdaFunction, updated_spec: dict[str, Any]) -> dict[str, Any]:
        if updated_spec.get("Architectures"):
            self.architectures = updated_spec["Architectures"]
        return original_code(self, updated_spec)

    moto.replace(LambdaFunction, "update_configuration", update_configuration)
    moto.replace(LambdaFunction, "update_function_code", update_function_code)


@patch
def knows_its_vpc(moto: Replacements) -> None:
    """Every function in a VPC has the VpcId `vpc-123abc`."""
    original = vars(LambdaFunction)["vpc_config"]

    def vpc_config(self: LambdaFunction) -> dict[str, Any] | None:
        configuration: dict[str, Any] | None = original.__get__(self)
        if not configuration or not configuration.get("SubnetIds"):
            return configuration
        subnet = ec2_backends[self.account_id][self.region].get_subnet(configuration["SubnetIds"][0])
        return {**configuration, "VpcId": subnet.vpc_id}

    moto.replace(LambdaFunction, "vpc_config", property(vpc_config))


@patch
def lets_code_be_fetched(moto: Replacements) -> None:
    """GetFunction gives a host of AWS as the location of the code."""
    original = LambdaFunction.get_code

    def get_code(self: LambdaFunction) -> dict[str, Any]:
        answer = original(self)
        if has_request_context() and "S3Bucket" in self.code:
            url = f"{request.host_url}{self.code['S3Bucket']}/{quote(self.code['S3Key'])}"
            # moto accepts any value of this parameter as a signature.
            answer["Code"]["Location"] = f"{url}?X-Amz-Signature=local"
        return answer

    moto.replace(LambdaFunction, "get_code", get_code)


@patch
def maps_sources_to_aliases(moto: Replacements) -> None:
    """An event source mapping to an alias has the ARN of the version behind it."""
    original_create = LambdaBackend.create_event_source_mapping
    original_update = LambdaBackend.update_event_source_mapping

    def create_event_source_mapping(self: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
        mapping = original_create(self, spec)
        _qualify(mapping, spec["FunctionName"])
        return mapping

    def update_event_source_mapping(self: LambdaBackend, uuid: str, spec: dict[str, Any]) -> EventSourceMapping | None:
        mapping = original_update(self, uuid, spec)
        if mapping and "FunctionName" in spec:
            _qualify(mapping, spec["FunctionName"])
        return mapping

    moto.replace(LambdaBackend, "create_event_source_mapping", create_event_source_mapping)
    moto.replace(LambdaBackend, "update_event_source_mapping", update_event_source_mapping)


@patch
def leaves_messages_in_their_queue(moto: Replacements) -> None:
    """SendMessage to a mapped queue invokes the function in Docker, and fails or loses the message without Docker."""
    original = LambdaBackend.create_event_source_mapping

    def create_event_source_mapping(self: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
        mapping = original(self, spec)
        for queue in sqs_backends[self.account_id][self.region_name].queues.values():
            queue.lambda_event_source_mappings.clear()
        return mapping

    moto.replace(LambdaBackend, "create_event_source_mapping", create_event_source_mapping)


@patch
def replaces_event_invoke_configuration(moto: Replacements) -> None:
    """A second event invoke configuration does not replace the first."""
    original = LambdaBackend.put_function_event_invoke_config

    def put_function_event_invoke_config(
        self: LambdaBackend, function_name: str, config: dict[str, Any]
    ) -> dict[str, Any]:
        self.get_function(function_name).event_invoke_config.clear()
        return original(self, function_name, config)

    moto.replace(LambdaBackend, "put_function_event_invoke_config", put_function_event_invoke_config)


@patch
def invokes_over_http(moto: Replacements) -> None:
    """Invoke needs Docker; without it, the answer is a 200 with an error text."""

    def invoke(self: LambdaFunction, body: str, request_headers: Any, response_headers: dict[str, str]) -> bytes:
        kind = request_headers.get("x-amz-invocation-type", "RequestResponse")
        result = functions.invoke(self.function_name, body, kind, limit_seconds=int(self.timeout))
        if result.error:
            response_headers["x-amz-function-error"] = result.error
        return result.payload

    moto.replace(LambdaFunction, "invoke", invoke)


def _remember(function: LambdaFunction, given: dict[str, Any]) -> None:
    kept = vars(function).setdefault("local_aws_configuration", {})
    kept.update({name: given[name] for name in _FORGOTTEN if name in given})


def _qualify(mapping: EventSourceMapping, function_name: str) -> None:
    """Restore the qualifier of `arn:…:function:name:alias` or `name:alias`."""
    unqualified = ":".join(mapping.function_arn.split(":")[:7])
    name = unqualified.rpartition(":")[2]
    _, separator, qualifier = function_name.rpartition(f"{name}:")
    if separator:
        mapping.function_arn = f"{unqualified}:{qualifier}"
