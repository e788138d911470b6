mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

override_resource {
  target = aws_sqs_queue.dead_letters
  values = { arn = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks-dead-letters" }
}

variables {
  name                          = "csvbatch-test-chunks"
  account_id                    = "123456789012"
  region                        = "eu-west-2"
  kms_key_arn                   = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"
  visibility_timeout_seconds    = 720
  consumer_timeout_seconds      = 120
  message_retention_seconds     = 345600
  dead_letter_retention_seconds = 1209600
  max_receive_count             = 5
  deletion_protection           = false
}

run "message_that_keeps_failing_goes_to_the_dead_letters" {
  assert {
    condition = jsondecode(aws_sqs_queue.this.redrive_policy) == {
      deadLetterTargetArn = output.dead_letter_queue_arn
      maxReceiveCount     = 5
    }
    error_message = "the redrive policy is ${aws_sqs_queue.this.redrive_policy}"
  }

  assert {
    condition     = output.dead_letter_queue_name == "csvbatch-test-chunks-dead-letters"
    error_message = "the dead-letter queue is called ${output.dead_letter_queue_name}"
  }
}

run "no_other_queue_may_send_its_dead_letters_here" {
  command = plan

  assert {
    condition = jsondecode(aws_sqs_queue.dead_letters.redrive_allow_policy) == {
      redrivePermission = "byQueue"
      sourceQueueArns   = ["arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"]
    }
    error_message = "the redrive-allow policy is ${aws_sqs_queue.dead_letters.redrive_allow_policy}"
  }
}

run "both_queues_are_encrypted_with_the_key" {
  command = plan

  assert {
    condition = alltrue([
      for queue in [aws_sqs_queue.this, aws_sqs_queue.dead_letters] :
      queue.kms_master_key_id == var.kms_key_arn && queue.kms_data_key_reuse_period_seconds == 300
    ])
    error_message = "a queue is not encrypted with the key, or does not reuse data keys for 300 seconds"
  }
}

run "each_queue_keeps_messages_for_its_own_time" {
  command = plan

  assert {
    condition     = aws_sqs_queue.this.message_retention_seconds == 345600 && aws_sqs_queue.dead_letters.message_retention_seconds == 1209600
    error_message = "the queues keep messages for ${aws_sqs_queue.this.message_retention_seconds} and ${aws_sqs_queue.dead_letters.message_retention_seconds} seconds"
  }

  assert {
    condition     = aws_sqs_queue.this.visibility_timeout_seconds == 720
    error_message = "a received message is hidden for ${aws_sqs_queue.this.visibility_timeout_seconds} seconds"
  }
}

run "unprotected_queues_have_no_guard_against_destruction" {
  command = plan

  assert {
    condition     = length(terraform_data.deletion_protection) == 0
    error_message = "unprotected queues could not be destroyed"
  }
}

run "protected_queues_have_a_guard_that_belongs_to_their_name" {
  command = plan

  variables {
    deletion_protection = true
  }

  assert {
    condition     = jsonencode(terraform_data.deletion_protection[0].triggers_replace) == jsonencode(["csvbatch-test-chunks"])
    error_message = "a rename would replace the queues although the guard should refuse it"
  }
}

run "refuses_visibility_under_6_times_the_consumer_timeout" {
  command = plan

  variables {
    visibility_timeout_seconds = 719
  }

  expect_failures = [aws_sqs_queue.this]
}

run "refuses_retention_that_ends_before_the_last_receive" {
  command = plan

  variables {
    message_retention_seconds = 3600 # 5 receives of 720 seconds, to the second.
  }

  expect_failures = [aws_sqs_queue.this]
}

run "refuses_dead_letters_kept_no_longer_than_messages" {
  command = plan

  variables {
    dead_letter_retention_seconds = 345600
  }

  expect_failures = [aws_sqs_queue.dead_letters]
}

run "refuses_a_name_that_leaves_no_room_for_the_dead_letters_and_an_account_id_that_is_not_12_digits_and_an_availability_zone_as_region" {
  command = plan

  variables {
    name       = "a-name-of-68-characters-is-one-too-long-for-its-dead-letters-suffix-"
    account_id = "1111-1111-1111"
    region     = "eu-west-2a"
  }

  expect_failures = [var.name, var.account_id, var.region]
}

run "refuses_the_alias_of_a_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-2:123456789012:alias/csvbatch-test"
  }

  expect_failures = [var.kms_key_arn]
}

run "refuses_numbers_below_what_sqs_and_lambda_take" {
  command = plan

  variables {
    kms_data_key_reuse            = 59
    visibility_timeout_seconds    = -1
    consumer_timeout_seconds      = 0
    message_retention_seconds     = 59
    dead_letter_retention_seconds = 59
    max_receive_count             = 4
  }

  expect_failures = [
    var.kms_data_key_reuse,
    var.visibility_timeout_seconds,
    var.consumer_timeout_seconds,
    var.message_retention_seconds,
    var.dead_letter_retention_seconds,
    var.max_receive_count,
  ]
}

run "refuses_numbers_above_what_sqs_and_lambda_take" {
  command = plan

  variables {
    kms_data_key_reuse            = 86401
    visibility_timeout_seconds    = 43201
    consumer_timeout_seconds      = 901
    message_retention_seconds     = 1209601
    dead_letter_retention_seconds = 1209601
    max_receive_count             = 1001
  }

  expect_failures = [
    var.kms_data_key_reuse,
    var.visibility_timeout_seconds,
    var.consumer_timeout_seconds,
    var.message_retention_seconds,
    var.dead_letter_retention_seconds,
    var.max_receive_count,
  ]
}
