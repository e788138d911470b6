mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = {
      partition  = "aws"
      dns_suffix = "amazonaws.com"
    }
  }
}

variables {
  name                          = "csvbatch-test"
  account_id                    = "123456789012"
  region                        = "eu-west-2"
  data_bucket_arn               = "arn:aws:s3:::csvbatch-test-data"
  queue_arn                     = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
  secret_arn                    = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-credentials-AbCdEf"
  kms_key_arn                   = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"
  batch_processor_function_name = "csvbatch-test-batch-processor"
  request_handler_function_name = "csvbatch-test-request-handler"
}

run "each_role_is_named_after_the_prefix" {
  assert {
    condition     = output.batch_processor_role_name == "csvbatch-test-batch-processor" && output.request_handler_role_name == "csvbatch-test-request-handler"
    error_message = "the functions' roles are called ${output.batch_processor_role_name} and ${output.request_handler_role_name}"
  }

  assert {
    condition     = aws_iam_role.rejects_reader.name == "csvbatch-test-rejects-reader"
    error_message = "the reader's role is called ${aws_iam_role.rejects_reader.name}"
  }
}

run "arns_that_are_handed_on_are_those_of_the_roles" {
  assert {
    condition = (
      output.batch_processor_role_arn == aws_iam_role.batch_processor.arn &&
      output.request_handler_role_arn == aws_iam_role.request_handler.arn &&
      output.rejects_reader_role_arn == aws_iam_role.rejects_reader.arn
    )
    error_message = "an output is the ARN of another role"
  }
}

run "policies_belong_to_their_roles" {
  command = plan

  assert {
    condition = (
      aws_iam_role_policy.batch_processor.role == aws_iam_role.batch_processor.name &&
      aws_iam_role_policy.request_handler.role == aws_iam_role.request_handler.name &&
      aws_iam_role_policy.rejects_reader.role == aws_iam_role.rejects_reader.name
    )
    error_message = "a role carries the policy of another"
  }
}

run "no_boundary_unless_the_account_asks_for_one" {
  command = plan

  assert {
    condition     = alltrue([for role in [aws_iam_role.batch_processor, aws_iam_role.request_handler, aws_iam_role.rejects_reader] : role.permissions_boundary == null])
    error_message = "a role has a permissions boundary although none was given"
  }
}

run "boundary_holds_for_every_role" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition = alltrue([
      for role in [aws_iam_role.batch_processor, aws_iam_role.request_handler, aws_iam_role.rejects_reader] :
      role.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    ])
    error_message = "a role is out of the boundary"
  }
}

run "refuses_readers_of_another_account" {
  command = plan

  variables {
    rejects_reader_principal_arns = ["arn:aws:iam::222222222222:role/data-engineers"]
  }

  expect_failures = [aws_iam_role.rejects_reader]
}

run "refuses_everybody_as_reader" {
  command = plan

  variables {
    rejects_reader_principal_arns = ["*"]
  }

  expect_failures = [var.rejects_reader_principal_arns]
}

run "refuses_names_that_are_none" {
  command = plan

  variables {
    name                          = "a-prefix-of-49-characters-is-too-long-for-the-role"
    account_id                    = "1111-1111-1111"
    region                        = "eu-west-2a"
    batch_processor_function_name = "batch processor"
    request_handler_function_name = "*"
  }

  expect_failures = [
    var.name,
    var.account_id,
    var.region,
    var.batch_processor_function_name,
    var.request_handler_function_name,
  ]
}

run "refuses_arns_that_name_more_than_one_thing" {
  command = plan

  variables {
    data_bucket_arn          = "arn:aws:s3:::*"
    queue_arn                = "arn:aws:sqs:eu-west-2:123456789012:*"
    secret_arn               = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-*"
    kms_key_arn              = "arn:aws:kms:eu-west-2:123456789012:key/*"
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/*"
  }

  expect_failures = [
    var.data_bucket_arn,
    var.queue_arn,
    var.secret_arn,
    var.kms_key_arn,
    var.permissions_boundary_arn,
  ]
}
