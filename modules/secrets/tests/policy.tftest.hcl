provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name                 = "csvbatch-test-oracle-credentials"
  account_id           = "123456789012"
  kms_key_arn          = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"
  recovery_window_days = 0
  deletion_protection  = false
}

run "everything_without_tls_and_everybody_outside_the_account_is_refused_and_nobody_is_allowed_anything" {
  command = plan

  assert {
    condition = jsondecode(aws_secretsmanager_secret_policy.this.policy).Statement == [
      {
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "secretsmanager:*"
        Resource  = "*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "DenyOtherAccounts"
        Effect    = "Deny"
        Principal = "*"
        Action    = "secretsmanager:*"
        Resource  = "*"
        Condition = { StringNotEquals = { "aws:PrincipalAccount" = "123456789012" } }
      },
    ]
    error_message = "the policy is not the two refusals, or has more than them: ${aws_secretsmanager_secret_policy.this.policy}"
  }
}
