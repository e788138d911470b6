resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV2_AWS_57: rotation needs a function for the database, which its owner provides in `rotation`

  name                    = var.name
  description             = "Oracle credentials; the value is put by put-oracle-secret and never passes through Terraform"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_window_days

  lifecycle {
    precondition {
      condition     = !var.deletion_protection || var.recovery_window_days == 30
      error_message = "deletion_protection is true but recovery_window_days is ${var.recovery_window_days}: a protected secret needs the longest window, 30 days."
    }
  }
}

resource "aws_secretsmanager_secret_policy" "this" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  policy              = data.aws_iam_policy_document.this.json
  block_public_policy = true
}

resource "aws_secretsmanager_secret_rotation" "this" {
  #checkov:skip=CKV_AWS_304: the days are a variable whose validation rejects more than 90

  count = var.rotation == null ? 0 : 1

  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = var.rotation.lambda_arn
  rotate_immediately  = false # An apply must not change a password in use; the schedule does.

  rotation_rules {
    automatically_after_days = var.rotation.every_days
  }

  depends_on = [aws_secretsmanager_secret_policy.this]
}

resource "terraform_data" "deletion_protection" {
  count = var.deletion_protection ? 1 : 0

  triggers_replace = [var.name]

  lifecycle {
    prevent_destroy = true
  }
}

# No statement allows anything: within the account, the policies of the roles decide who may read.
data "aws_iam_policy_document" "this" {
  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["secretsmanager:*"] # Every action: the statement only denies.
    resources = ["*"]                # In a secret's policy this is the secret that the policy is attached to.

    principals {
      type        = "*"
      identifiers = ["*"] # Everybody: the statement only denies.
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  statement {
    sid       = "DenyOtherAccounts"
    effect    = "Deny"
    actions   = ["secretsmanager:*"] # Every action: the statement only denies.
    resources = ["*"]                # This secret, as above.

    principals {
      type        = "*"
      identifiers = ["*"] # Everybody but those that the condition below excludes.
    }

    condition {
      test     = "StringNotEquals"
      variable = "aws:PrincipalAccount"
      values   = [var.account_id]
    }
  }
}
