mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name        = "csvbatch-test-123456789012-eu-west-2-data"
  account_id  = "123456789012"
  kms_key_arn = "arn:aws:kms:eu-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
  access_log = {
    bucket = "csvbatch-test-123456789012-eu-west-2-logs"
    prefix = "access/data/"
  }
  force_destroy       = false
  deletion_protection = false
  lifecycle_rules     = []
}

run "objects_are_encrypted_with_the_key_and_few_calls_to_kms" {
  command = plan

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled
    error_message = "the bucket key is off"
  }

  assert {
    condition = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default) == {
      kms_master_key_id = var.kms_key_arn
      sse_algorithm     = "aws:kms"
    }
    error_message = "objects are not encrypted with the key given"
  }
}

run "nothing_is_public_and_the_bucket_owns_its_objects" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "a part of the public access block is off"
  }

  assert {
    condition     = one(aws_s3_bucket_ownership_controls.this.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "access lists are not switched off"
  }
}

run "old_versions_are_kept" {
  command = plan

  assert {
    condition     = one(aws_s3_bucket_versioning.this.versioning_configuration).status == "Enabled"
    error_message = "the bucket keeps no versions"
  }
}

run "requests_are_logged_where_asked" {
  command = plan

  assert {
    condition = (
      one(aws_s3_bucket_logging.this).target_bucket == "csvbatch-test-123456789012-eu-west-2-logs" &&
      one(aws_s3_bucket_logging.this).target_prefix == "access/data/"
    )
    error_message = "requests are not logged to the bucket and prefix given"
  }
}

run "eventbridge_hears_nothing_unless_asked" {
  command = plan

  assert {
    condition     = length(aws_s3_bucket_notification.this) == 0
    error_message = "the bucket notifies EventBridge without being asked"
  }
}

run "eventbridge_hears_of_objects_when_asked" {
  command = plan

  variables {
    eventbridge = true
  }

  assert {
    condition     = one(aws_s3_bucket_notification.this).eventbridge
    error_message = "the bucket does not notify EventBridge"
  }
}

run "unfinished_uploads_are_removed_in_a_rule_of_their_own" {
  assert {
    condition = one([
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule : one(rule.abort_incomplete_multipart_upload).days_after_initiation
      if rule.id == "unfinished-uploads" && rule.status == "Enabled" && length(rule.expiration) + length(rule.noncurrent_version_expiration) == 0
    ]) == 7
    error_message = "the parts of unfinished uploads are not removed after 7 days"
  }
}

run "delete_markers_that_hide_nothing_are_removed" {
  assert {
    condition = one([
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule : one(rule.expiration).expired_object_delete_marker
      if rule.id == "expired-delete-markers" && rule.status == "Enabled"
    ])
    error_message = "expired delete markers are never removed"
  }
}

run "each_rule_selects_by_exactly_the_prefix_and_tags_given" {
  variables {
    lifecycle_rules = [
      { id = "everything", expiration_days = 10 },
      { id = "prefix", prefix = "work/", expiration_days = 3 },
      { id = "tag", tags = { status = "closed" }, expiration_days = 30 },
      { id = "tags", tags = { status = "closed", dataset = "people" }, expiration_days = 30 },
      { id = "prefix-and-tag", prefix = "incoming/", tags = { status = "closed" }, expiration_days = 40 },
    ]
  }

  assert {
    condition = jsonencode({
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id => {
        bare     = { for tag in one(rule.filter).tag : tag.key => tag.value }
        together = [for both in one(rule.filter).and : both.tags]
      } if !contains(["unfinished-uploads", "expired-delete-markers"], rule.id)
      }) == jsonencode({
      everything     = { bare = {}, together = [] }
      prefix         = { bare = {}, together = [] }
      tag            = { bare = { status = "closed" }, together = [] }
      tags           = { bare = {}, together = [{ status = "closed", dataset = "people" }] }
      prefix-and-tag = { bare = {}, together = [{ status = "closed" }] }
    })
    error_message = "the rules select by other tags: ${jsonencode(aws_s3_bucket_lifecycle_configuration.this.rule[*].filter)}"
  }

  assert {
    condition = {
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule :
      rule.id => try(one(one(rule.filter).and).prefix, one(rule.filter).prefix) if strcontains(rule.id, "prefix")
      } == {
      prefix         = "work/"
      prefix-and-tag = "incoming/"
    }
    error_message = "the rules select by other prefixes: ${jsonencode(aws_s3_bucket_lifecycle_configuration.this.rule[*].filter)}"
  }
}

run "each_rule_expires_current_and_old_versions_as_given" {
  variables {
    lifecycle_rules = [
      { id = "current", expiration_days = 10 },
      { id = "old", noncurrent_expiration_days = 20 },
      { id = "both", expiration_days = 30, noncurrent_expiration_days = 40 },
    ]
  }

  assert {
    condition = jsonencode({
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id => {
        current = rule.expiration[*].days
        old     = rule.noncurrent_version_expiration[*].noncurrent_days
      } if contains(["current", "old", "both"], rule.id)
      }) == jsonencode({
      current = { current = [10], old = [] }
      old     = { current = [], old = [20] }
      both    = { current = [30], old = [40] }
    })
    error_message = "the rules expire something else: ${jsonencode(aws_s3_bucket_lifecycle_configuration.this.rule)}"
  }
}

run "log_bucket_is_encrypted_with_the_key_of_s3" {
  command = plan

  variables {
    name        = "csvbatch-test-123456789012-eu-west-2-logs"
    kms_key_arn = null
    access_log  = null
    accept_logs = true
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "log delivery would fail, because it cannot use a key"
  }

  assert {
    condition     = length(aws_s3_bucket_logging.this) == 0
    error_message = "requests to the log bucket are logged though access_log is null"
  }
}

run "unprotected_bucket_has_no_guard_against_destruction" {
  command = plan

  assert {
    condition     = length(terraform_data.deletion_protection) == 0
    error_message = "an unprotected bucket could not be destroyed"
  }
}

run "protected_bucket_has_a_guard_that_belongs_to_its_name" {
  command = plan

  variables {
    deletion_protection = true
  }

  assert {
    condition     = jsonencode(terraform_data.deletion_protection[0].triggers_replace) == jsonencode([var.name])
    error_message = "a rename would replace the bucket although the guard should refuse it"
  }
}
