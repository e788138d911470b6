"""Permissions that nothing on this machine uses: for what they are, and where AWS asks for them."""

from tests.integration.least_privilege.documented import Documented

_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg"

DOCUMENTED = [
    Documented(
        "ReadSettingsOfFunctions",
        "Lambda shows the variables of a function only to those who may decrypt them",
        f"{_LAMBDA}/configuration-envvars-encryption.html",
    ),
    Documented(
        "DeliverFlowLogs",
        "EC2 sets up the delivery of flow logs on behalf of who makes them",
        "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html",
    ),
]

OTHERWISE = {
    "EncryptPackages: kms:Decrypt": "S3 decrypts a package whose checksum is asked for, and Lambda one that it takes",
    "ChangeFunctions: lambda:UpdateFunctionCode": "a release brings other packages than those that are built here",
}
"""Single actions of statements that are used but for them."""
