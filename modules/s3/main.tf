data "aws_partition" "current" {}

locals {
  # Built from the name, so that a plan shows the whole bucket policy before the bucket exists.
  arn = "arn:${data.aws_partition.current.partition}:s3:::${var.name}"

  # Not from the key's ARN: a key created in the same plan has none yet. Preconditions keep the two consistent.
  encrypted_with_key = !var.accept_logs
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144: rows are personal data and stay in their region; old versions allow mistakes to be undone

  bucket        = var.name
  force_destroy = var.force_destroy

  lifecycle {
    precondition {
      condition     = !(var.force_destroy && var.deletion_protection)
      error_message = "force_destroy and deletion_protection are both true for ${var.name}: a protected bucket cannot be emptied; set one of them to false."
    }

    precondition {
      condition     = !(var.accept_logs && var.kms_key_arn != null)
      error_message = "accept_logs is true and kms_key_arn is ${jsonencode(var.kms_key_arn)} for ${var.name}: log delivery cannot use a key; set kms_key_arn = null, or accept_logs = false for a data bucket."
    }

    precondition {
      condition     = try(var.access_log.bucket, null) != var.name
      error_message = "access_log.bucket is ${var.name} itself: each log object would log its own delivery; give another bucket or set access_log = null."
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = local.encrypted_with_key

    apply_server_side_encryption_by_default {
      kms_master_key_id = var.kms_key_arn
      sse_algorithm     = local.encrypted_with_key ? "aws:kms" : "AES256"
    }
  }
}

resource "aws_s3_bucket_logging" "this" {
  count = var.access_log == null ? 0 : 1

  bucket        = aws_s3_bucket.this.id
  target_bucket = var.access_log.bucket
  target_prefix = var.access_log.prefix
}

resource "aws_s3_bucket_notification" "this" {
  count = var.eventbridge ? 1 : 0

  bucket      = aws_s3_bucket.this.id
  eventbridge = true
}

resource "terraform_data" "deletion_protection" {
  count = var.deletion_protection ? 1 : 0

  triggers_replace = [var.name]

  lifecycle {
    prevent_destroy = true
  }
}
