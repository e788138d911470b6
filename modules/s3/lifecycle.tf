resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = var.abort_incomplete_multipart_days
    }
  }

  # A delete marker has no tags, so a rule that selects by tag never removes it.
  rule {
    id     = "expired-delete-markers"
    status = "Enabled"

    filter {}

    expiration {
      expired_object_delete_marker = true
    }
  }

  dynamic "rule" {
    for_each = var.lifecycle_rules

    content {
      id     = rule.value.id
      status = "Enabled"

      # S3 requires `and` for several predicates and rejects it for one.
      filter {
        prefix = length(rule.value.tags) == 0 ? rule.value.prefix : null

        dynamic "tag" {
          for_each = rule.value.prefix == null && length(rule.value.tags) == 1 ? rule.value.tags : {}

          content {
            key   = tag.key
            value = tag.value
          }
        }

        dynamic "and" {
          for_each = length(rule.value.tags) > (rule.value.prefix == null ? 1 : 0) ? [rule.value] : []

          content {
            prefix = and.value.prefix
            tags   = and.value.tags
          }
        }
      }

      dynamic "expiration" {
        for_each = rule.value.expiration_days[*]

        content {
          days = expiration.value
        }
      }

      dynamic "noncurrent_version_expiration" {
        for_each = rule.value.noncurrent_expiration_days[*]

        content {
          noncurrent_days = noncurrent_version_expiration.value
        }
      }
    }
  }

  # S3 rejects rules about old versions while a bucket has no versioning.
  depends_on = [aws_s3_bucket_versioning.this]
}
