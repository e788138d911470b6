"""A local AWS that enforces IAM: what policies of all kinds let a role's session do."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from scripts.local.runtime.aws import Aws
from tests.integration.local.aws.enforcing import (
    ACCOUNT,
    ANYTHING,
    REGION,
    MakeRole,
    Session,
    allow,
    aws,
    bucket,
    document,
    key,
    role,
)
from tests.integration.local.aws.served import refusal

__all__ = ["aws", "bucket", "key", "role"]


def test_role_without_policies_may_only_ask_who_it_is(role: MakeRole, bucket: str) -> None:
    session = role()
    assert session.client("sts").get_caller_identity()["Account"] == ACCOUNT
    assert refusal(lambda: session.client("s3").list_objects_v2(Bucket=bucket)) == "AccessDenied"


def test_each_service_refuses_in_the_words_its_sdk_reads(role: MakeRole, bucket: str) -> None:
    session = role()
    calls: dict[str, Callable[[], object]] = {
        "AccessDenied of SQS": lambda: session.client("sqs").list_queues(),
        "AccessDenied of IAM": lambda: session.client("iam").list_roles(),
        "AccessDenied of CloudWatch": lambda: session.client("cloudwatch").list_metrics(),
        "AccessDeniedException of KMS": lambda: session.client("kms").list_keys(),
        "AccessDeniedException of Lambda": lambda: session.client("lambda").list_functions(),
        "UnauthorizedOperation of EC2": lambda: session.client("ec2").describe_vpcs(),
        "403 of S3": lambda: session.client("s3").head_bucket(Bucket=bucket),
    }
    assert {name: refusal(call) for name, call in calls.items()} == {name: name.partition(" ")[0] for name in calls}


def test_boundary_limits_what_a_policy_allows(role: MakeRole, bucket: str) -> None:
    session = role(ANYTHING, boundary=allow("sqs:*"))
    assert refusal(lambda: session.client("s3").list_objects_v2(Bucket=bucket)) == "AccessDenied"
    assert session.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_policy_of_a_session_limits_the_role(role: MakeRole, bucket: str) -> None:
    session = role(ANYTHING, session_policy=document(allow("sqs:*")))
    assert refusal(lambda: session.client("s3").list_objects_v2(Bucket=bucket)) == "AccessDenied"


def test_bucket_policy_denies_what_a_role_may(aws: Aws, role: MakeRole, bucket: str) -> None:
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"}
    aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(denied))
    assert refusal(lambda: role(ANYTHING).client("s3").list_objects_v2(Bucket=bucket)) == "AccessDenied"


def test_queue_policy_denies_what_a_role_may(aws: Aws, role: MakeRole) -> None:
    denied = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    url = aws.client("sqs").create_queue(QueueName="refusing", Attributes={"Policy": document(denied)})["QueueUrl"]
    session = role(ANYTHING)
    assert refusal(lambda: session.client("sqs").send_message(QueueUrl=url, MessageBody="no")) == "AccessDenied"


def test_list_is_evaluated_by_its_prefix(role: MakeRole, bucket: str) -> None:
    s3 = role(allow("s3:ListBucket", on=f"arn:aws:s3:::{bucket}", StringLike={"s3:prefix": "in/*"})).client("s3")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="in/")["KeyCount"] == 1
    assert refusal(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="out/")) == "AccessDenied"


def test_missing_object_is_forbidden_unless_one_may_list(role: MakeRole, bucket: str) -> None:
    read = allow("s3:GetObject", on=f"arn:aws:s3:::{bucket}/*")
    without = role(read).client("s3")
    with_list = role(read, allow("s3:ListBucket", on=f"arn:aws:s3:::{bucket}")).client("s3")
    assert refusal(lambda: without.get_object(Bucket=bucket, Key="none")) == "AccessDenied"
    assert refusal(lambda: with_list.get_object(Bucket=bucket, Key="none")) == "NoSuchKey"


def test_tags_of_a_missing_version_are_forbidden_unless_one_may_list(role: MakeRole, bucket: str, aws: Aws) -> None:
    version = aws.client("s3").put_object(Bucket=bucket, Key="in/gone.csv", Body=b"made up")["VersionId"]
    aws.client("s3").delete_object(Bucket=bucket, Key="in/gone.csv", VersionId=version)
    actions = ["s3:GetObjectTagging", "s3:GetObjectVersionTagging", "s3:PutObjectTagging", "s3:PutObjectVersionTagging"]
    tag = allow(*actions, on=f"arn:aws:s3:::{bucket}/*")
    without = role(tag).client("s3")
    with_list = role(tag, allow("s3:ListBucket", on=f"arn:aws:s3:::{bucket}")).client("s3")
    gone = {"Bucket": bucket, "Key": "in/gone.csv", "VersionId": version}
    new = {"TagSet": [{"Key": "status", "Value": "processed"}]}
    for client, code in ((without, "AccessDenied"), (with_list, "NoSuchVersion")):
        assert refusal(lambda client=client: client.get_object_tagging(**gone)) == code
        assert refusal(lambda client=client: client.put_object_tagging(**gone, Tagging=new)) == code


def test_each_of_many_deletions_is_evaluated(role: MakeRole, bucket: str) -> None:
    s3 = role(allow("s3:DeleteObject", on=f"arn:aws:s3:::{bucket}/in/*")).client("s3")
    mixed = {"Objects": [{"Key": "in/a.csv"}, {"Key": "out/b.csv"}]}
    assert refusal(lambda: s3.delete_objects(Bucket=bucket, Delete=mixed)) == "AccessDenied"
    assert s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "in/a.csv"}]})["Deleted"]


def test_copy_needs_its_source(role: MakeRole, bucket: str) -> None:
    write = allow("s3:PutObject", on=f"arn:aws:s3:::{bucket}/out/*")
    source = {"Bucket": bucket, "Key": "in/a.csv"}
    s3 = role(write).client("s3")
    assert refusal(lambda: s3.copy_object(Bucket=bucket, Key="out/a.csv", CopySource=source)) == "AccessDenied"
    both = role(write, allow("s3:GetObject", on=f"arn:aws:s3:::{bucket}/in/*")).client("s3")
    assert both.copy_object(Bucket=bucket, Key="out/a.csv", CopySource=source)["CopyObjectResult"]


def test_tags_that_come_with_an_object_need_their_own_permission(role: MakeRole, bucket: str) -> None:
    s3 = role(allow("s3:PutObject", on=f"arn:aws:s3:::{bucket}/*")).client("s3")
    assert s3.put_object(Bucket=bucket, Key="b.csv", Body=b"")["ETag"]
    assert refusal(lambda: s3.put_object(Bucket=bucket, Key="b.csv", Body=b"", Tagging="status=done")) == "AccessDenied"


def test_encrypted_bucket_needs_its_key_through_s3_alone(aws: Aws, role: MakeRole, bucket: str, key: str) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}
    aws.client("s3").put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=rules)
    objects = allow("s3:PutObject", "s3:GetObject", on=f"arn:aws:s3:::{bucket}/*")
    through = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
    without = role(objects).client("s3")
    session = role(objects, allow("kms:GenerateDataKey", "kms:Decrypt", on=key, StringEquals=through))
    s3 = session.client("s3")
    assert refusal(lambda: without.put_object(Bucket=bucket, Key="b", Body=b"")) == "AccessDenied"
    s3.put_object(Bucket=bucket, Key="b", Body=b"made up")
    assert s3.get_object(Bucket=bucket, Key="b")["Body"].read() == b"made up"
    directly = refusal(lambda: session.client("kms").generate_data_key(KeyId=key, KeySpec="AES_256"))
    assert directly == "AccessDeniedException"


def test_upload_in_parts_needs_decryption_too(aws: Aws, role: MakeRole, bucket: str, key: str) -> None:
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    write = allow("s3:PutObject", on=f"arn:aws:s3:::{bucket}/*")
    s3 = role(write, allow("kms:GenerateDataKey", on=key)).client("s3")
    assert s3.put_object(Bucket=bucket, Key="b", Body=b"", **encrypted)["ETag"]
    assert refusal(lambda: s3.create_multipart_upload(Bucket=bucket, Key="b", **encrypted)) == "AccessDenied"


def test_secret_is_evaluated_by_its_arn(aws: Aws, role: MakeRole) -> None:
    secrets = [f"secret-{uuid4().hex[:8]}" for _ in range(2)]
    mine, other = (aws.client("secretsmanager").create_secret(Name=name, SecretString="x")["ARN"] for name in secrets)
    client = role(allow("secretsmanager:GetSecretValue", on=mine)).client("secretsmanager")
    assert client.get_secret_value(SecretId=secrets[0])["ARN"] == mine
    assert refusal(lambda: client.get_secret_value(SecretId=other)) == "AccessDeniedException"


def test_key_policy_that_names_others_keeps_the_account_out(aws: Aws, role: MakeRole) -> None:
    other = {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "kms:*", "Resource": "*"}
    arn = aws.client("kms").create_key(Policy=document(other))["KeyMetadata"]["Arn"]
    assert refusal(lambda: role(ANYTHING).client("kms").encrypt(KeyId=arn, Plaintext=b"x")) == "AccessDeniedException"


def test_ciphertext_names_the_key_it_needs(aws: Aws, role: MakeRole, key: str) -> None:
    secret = aws.client("kms").encrypt(KeyId=key, Plaintext=b"made up")["CiphertextBlob"]
    other = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    assert role(allow("kms:Decrypt", on=key)).client("kms").decrypt(CiphertextBlob=secret)["Plaintext"] == b"made up"
    stranger = role(allow("kms:Decrypt", on=other)).client("kms")
    assert refusal(lambda: stranger.decrypt(CiphertextBlob=secret)) == "AccessDeniedException"


def test_role_of_lambda_is_taken_only_as_lambda(aws: Aws) -> None:
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:made-up"
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"ArnLike": {"aws:SourceArn": function}},
    }
    role = aws.client("iam").create_role(RoleName="of-lambda", AssumeRolePolicyDocument=document(trust))["Role"]
    assert aws.variables_of_role(role["Arn"], function)["AWS_SESSION_TOKEN"]
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.variables_of_role(role["Arn"], f"{function}-other")
    as_operator = refusal(lambda: aws.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="test"))
    assert as_operator == "AccessDenied"


def test_session_made_for_a_function_says_for_which(aws: Aws) -> None:
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:made-up"
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = aws.client("iam").create_role(RoleName="in-vpc", AssumeRolePolicyDocument=document(trust))["Role"]
    denied = {
        "Effect": "Deny", "Action": "sqs:*", "Resource": "*",
        "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": function}},
    }  # fmt: skip
    policy = document(ANYTHING, denied)
    aws.client("iam").put_role_policy(RoleName="in-vpc", PolicyName="task", PolicyDocument=policy)
    mapping = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:made-up"
    assert aws.client_of_role("sqs", role["Arn"], mapping).list_queues()
    assert refusal(lambda: aws.client_of_role("sqs", role["Arn"], function).list_queues()) == "AccessDenied"


@pytest.mark.parametrize(("key_id", "token"), [("AKIAMADEUPANDUNKNOWN", None), ("ASIAMADEUPANDUNKNOWN", "made-up")])
def test_unknown_credentials_are_refused(aws: Aws, key_id: str, token: str | None) -> None:
    stranger = Session(aws, aws_access_key_id=key_id, aws_secret_access_key="none", aws_session_token=token or "")
    assert refusal(lambda: stranger.client("sqs").list_queues()) == "InvalidClientTokenId"
    assert refusal(lambda: stranger.client("s3").list_buckets()) == "InvalidAccessKeyId"


def test_operator_may_do_anything(aws: Aws) -> None:
    assert aws.client("s3").list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert aws.client("iam").list_roles()["ResponseMetadata"]["HTTPStatusCode"] == 200
