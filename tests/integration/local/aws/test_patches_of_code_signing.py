from typing import Any

from scripts.local.aws.patches import code_signing
from scripts.local.aws.patches.registry import all_patches
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.served import ACCOUNT_ID, REGION, Aws, Served, refusal
from tests.integration.local.aws.test_patches_of_awslambda import NAME, function

PUBLISHER = f"arn:aws:signer:{REGION}:{ACCOUNT_ID}:/signing-profiles/csvbatch/0123456789"
UNKNOWN = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:code-signing-config:csc-0123456789abcdef0"


def configuration(aws: Aws, **given: Any) -> Any:
    publishers = {"SigningProfileVersionArns": [PUBLISHER]}
    answer = aws("lambda").create_code_signing_config(AllowedPublishers=publishers, **given)
    return answer["CodeSigningConfig"]


def test_code_signing_configuration_is_stored(compare: Compare) -> None:
    def stored(aws: Aws) -> Any:
        made: list[Any] = []
        refused = refusal(lambda: made.append(configuration(aws, Description="ours")))
        if refused:
            return refused
        arn = made[0]["CodeSigningConfigArn"]
        return made[0] == aws("lambda").get_code_signing_config(CodeSigningConfigArn=arn)["CodeSigningConfig"]

    bad, good = compare(code_signing.has_code_signing, stored)

    assert bad == "404"
    assert good is True


def probe(served: Served, what: Any) -> Any:
    return served.run(all_patches(), what)


def test_update_changes_what_it_names_only(served: Served) -> None:
    def updated(aws: Aws) -> Any:
        arn = configuration(aws, Description="ours")["CodeSigningConfigArn"]
        policies = {"UntrustedArtifactOnDeployment": "Enforce"}
        answer = aws("lambda").update_code_signing_config(CodeSigningConfigArn=arn, CodeSigningPolicies=policies)
        return answer["CodeSigningConfig"]

    found = probe(served, updated)

    assert found["CodeSigningPolicies"] == {"UntrustedArtifactOnDeployment": "Enforce"}
    assert found["Description"] == "ours"
    assert found["AllowedPublishers"] == {"SigningProfileVersionArns": [PUBLISHER]}


def test_tags_are_kept_and_changed(served: Served) -> None:
    def tags(aws: Aws) -> Any:
        arn = configuration(aws, Tags={"project": "csvbatch", "old": "yes"})["CodeSigningConfigArn"]
        aws("lambda").tag_resource(Resource=arn, Tags={"component": "lambda"})
        aws("lambda").untag_resource(Resource=arn, TagKeys=["old"])
        return aws("lambda").list_tags(Resource=arn)["Tags"]

    assert probe(served, tags) == {"project": "csvbatch", "component": "lambda"}


def test_function_takes_on_a_configuration_and_gives_it_up(served: Served) -> None:
    def before_and_after(aws: Aws) -> tuple[bool, Any]:
        client = function(aws)
        arn = configuration(aws)["CodeSigningConfigArn"]
        client.put_function_code_signing_config(FunctionName=NAME, CodeSigningConfigArn=arn)
        taken_on = client.get_function_code_signing_config(FunctionName=NAME)["CodeSigningConfigArn"] == arn
        client.delete_function_code_signing_config(FunctionName=NAME)
        given_up = client.get_function_code_signing_config(FunctionName=NAME).get("CodeSigningConfigArn")
        return taken_on, given_up

    assert probe(served, before_and_after) == (True, None)


def test_configuration_in_use_is_not_deleted(served: Served) -> None:
    def deletions(aws: Aws) -> tuple[str, str]:
        arn = configuration(aws)["CodeSigningConfigArn"]
        client = function(aws, CodeSigningConfigArn=arn)
        in_use = refusal(lambda: client.delete_code_signing_config(CodeSigningConfigArn=arn))
        client.delete_function(FunctionName=NAME)
        unused = refusal(lambda: client.delete_code_signing_config(CodeSigningConfigArn=arn))
        return in_use, unused

    assert probe(served, deletions) == ("ResourceConflictException", "")


def test_unknown_configuration_is_not_found(served: Served) -> None:
    def unknown(aws: Aws) -> str:
        return refusal(lambda: aws("lambda").get_code_signing_config(CodeSigningConfigArn=UNKNOWN))

    assert probe(served, unknown) == "ResourceNotFoundException"
