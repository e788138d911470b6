data "aws_partition" "current" {}

resource "aws_kms_key" "this" {
  description             = "Encrypts everything ${var.name} stores or sends"
  policy                  = data.aws_iam_policy_document.key.json
  deletion_window_in_days = var.deletion_window_days
  enable_key_rotation     = true
  rotation_period_in_days = var.rotation_period_days

  lifecycle {
    precondition {
      condition     = !var.deletion_protection || var.deletion_window_days == 30
      error_message = "deletion_protection is true but deletion_window_days is ${var.deletion_window_days}: a protected key needs the longest window, 30 days."
    }
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

resource "terraform_data" "deletion_protection" {
  count = var.deletion_protection ? 1 : 0

  triggers_replace = [var.name]

  lifecycle {
    prevent_destroy = true
  }
}
