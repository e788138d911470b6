resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV2_AWS_57: rotating needs a function that knows the database, which its owner provides; `rotation` takes it

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
  #checkov:skip=CKV_AWS_304: the days are a variable, and its validation refuses more than 90

  count = var.rotation == null ? 0 : 1

  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = var.rotation.lambda_arn
  rotate_immediately  = false # The first rotation comes with the schedule: an apply must not change a password in use.

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

# No statement allows anything: within the account, the roles' own policies say who may read.
data "aws_iam_policy_document" "this" {
  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["secretsmanager:*"] # Nothing at all may be done without TLS.
    resources = ["*"]                # In a secret's policy this means the one secret the policy is attached to.

    principals {
      type        = "*"
      identifiers = ["*"] # Nobody is exempt.
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
    actions   = ["secretsmanager:*"] # Nothing at all may be done from outside, whatever is allowed elsewhere.
    resources = ["*"]                # The one secret, as above.

    principals {
      type        = "*"
      identifiers = ["*"] # Everybody the condition below does not spare.
    }

    condition {
      test     = "StringNotEquals"
      variable = "aws:PrincipalAccount"
      values   = [var.account_id]
    }
  }
}
