"""Patches of moto's DynamoDB."""

from moto.core.responses import ActionResult
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from scripts.local.aws.patches.registry import Replacements, patch


@patch
def updates_encryption(moto: Replacements) -> None:
    """UpdateTable ignores the encryption: Terragrunt waits ten minutes for it and fails."""
    original = DynamoHandler.update_table

    def update_table(self: DynamoHandler) -> ActionResult:
        answer = original(self)
        wanted = self.body.get("SSESpecification")
        if wanted is None:
            return answer
        table = self.dynamodb_backend.get_table(self.body["TableName"])
        key = wanted.get("KMSMasterKeyId") or table._get_default_encryption_key(table.account_id, table.region_name)
        table.sse_specification = {**wanted, "KMSMasterKeyId": key}
        return DynamoResult(table.describe())

    moto.replace(DynamoHandler, "update_table", update_table)
