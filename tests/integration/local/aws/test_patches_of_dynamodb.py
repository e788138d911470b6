from typing import Any

from scripts.local.aws.patches import dynamodb
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.served import Aws


def test_table_is_encrypted_when_an_update_asks_for_it(compare: Compare) -> None:
    def encryption(aws: Aws) -> Any:
        client = aws("dynamodb")
        client.create_table(
            TableName="locks",
            AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.update_table(TableName="locks", SSESpecification={"Enabled": True, "SSEType": "KMS"})
        return client.describe_table(TableName="locks")["Table"].get("SSEDescription", {}).get("Status")

    bad, good = compare(dynamodb.updates_encryption, encryption)

    assert bad is None
    assert good == "ENABLED"
