provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
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

run "batch_processor_may_do_its_task_and_nothing_else" {
  command = plan

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.batch_processor.policy).Statement :
      statement.Sid => {
        actions   = toset(flatten([statement.Action]))
        resources = toset(flatten([statement.Resource]))
      } if statement.Effect == "Allow" && !strcontains(data.aws_iam_policy_document.function_runtime["batch_processor"].json, "\"${statement.Sid}\"")
      } == {
      FindVersions = {
        actions   = toset(["s3:ListBucketVersions"])
        resources = toset(["arn:aws:s3:::csvbatch-test-data"])
      }
      ReadVersions = {
        actions   = toset(["s3:GetObjectVersion"])
        resources = toset(["arn:aws:s3:::csvbatch-test-data/incoming/*", "arn:aws:s3:::csvbatch-test-data/work/*"])
      }
      ReadTagsOfFiles = {
        actions   = toset(["s3:GetObjectTagging", "s3:GetObjectVersionTagging"])
        resources = toset(["arn:aws:s3:::csvbatch-test-data/incoming/*"])
      }
      MarkFiles = {
        actions   = toset(["s3:PutObjectTagging", "s3:PutObjectVersionTagging"])
        resources = toset(["arn:aws:s3:::csvbatch-test-data/incoming/*"])
      }
      UnpackFiles = {
        actions   = toset(["s3:AbortMultipartUpload", "s3:PutObject"])
        resources = toset(["arn:aws:s3:::csvbatch-test-data/work/*"])
      }
      WriteReports = {
        actions   = toset(["s3:PutObject"])
        resources = toset(["arn:aws:s3:::csvbatch-test-data/reports/*"])
      }
      SendChunks = {
        actions   = toset(["sqs:GetQueueAttributes", "sqs:SendMessage"])
        resources = toset(["arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"])
      }
    }
    error_message = "the batch processor's permissions are not those of its task"
  }
}

run "request_handler_may_do_its_task_and_nothing_else" {
  command = plan

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.request_handler.policy).Statement :
      statement.Sid => {
        actions   = toset(flatten([statement.Action]))
        resources = toset(flatten([statement.Resource]))
      } if statement.Effect == "Allow" && !strcontains(data.aws_iam_policy_document.function_runtime["request_handler"].json, "\"${statement.Sid}\"")
      } == {
      TakeChunks = {
        actions   = toset(["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"])
        resources = toset(["arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"])
      }
      ReadVersions = {
        actions   = toset(["s3:GetObjectVersion"])
        resources = toset(["arn:aws:s3:::csvbatch-test-data/incoming/*", "arn:aws:s3:::csvbatch-test-data/work/*"])
      }
      ReadTagsOfFiles = {
        actions   = toset(["s3:GetObjectTagging", "s3:GetObjectVersionTagging"])
        resources = toset(["arn:aws:s3:::csvbatch-test-data/incoming/*"])
      }
      MarkFiles = {
        actions   = toset(["s3:PutObjectTagging", "s3:PutObjectVersionTagging"])
        resources = toset(["arn:aws:s3:::csvbatch-test-data/incoming/*"])
      }
      WriteReportsAndRejects = {
        actions   = toset(["s3:PutObject"])
        resources = toset(["arn:aws:s3:::csvbatch-test-data/rejected/*", "arn:aws:s3:::csvbatch-test-data/reports/*"])
      }
    }
    error_message = "the request handler's permissions are not those of its task"
  }
}

run "each_function_may_run_with_its_own_logs_traces_dead_letters_secret_key_and_network" {
  command = plan

  assert {
    condition = {
      for key, policy in { batch_processor = aws_iam_role_policy.batch_processor.policy, request_handler = aws_iam_role_policy.request_handler.policy } : key => {
        for statement in jsondecode(policy).Statement :
        statement.Sid => {
          actions   = toset(flatten([statement.Action]))
          resources = toset(flatten([statement.Resource]))
        } if statement.Effect == "Allow" && strcontains(data.aws_iam_policy_document.function_runtime[key].json, "\"${statement.Sid}\"")
      }
      } == {
      for key, name in { batch_processor = "csvbatch-test-batch-processor", request_handler = "csvbatch-test-request-handler" } : key => {
        WriteOwnLogs = {
          actions   = toset(["logs:CreateLogStream", "logs:PutLogEvents"])
          resources = toset(["arn:aws:logs:eu-west-2:123456789012:log-group:/aws/lambda/${name}:*"])
        }
        WriteTraces = {
          actions   = toset(["xray:PutTelemetryRecords", "xray:PutTraceSegments"])
          resources = toset(["*"])
        }
        KeepOwnDeadLetters = {
          actions   = toset(["sqs:SendMessage"])
          resources = toset(["arn:aws:sqs:eu-west-2:123456789012:${name}-dead-letters"])
        }
        ReadOracleCredentials = {
          actions   = toset(["secretsmanager:GetSecretValue"])
          resources = toset(["arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-credentials-AbCdEf"])
        }
        UseKeyThroughServices = {
          actions   = toset(["kms:Decrypt", "kms:GenerateDataKey"])
          resources = toset(["arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"])
        }
        DecryptOwnEnvironment = {
          actions   = toset(["kms:Decrypt"])
          resources = toset(["arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"])
        }
        LookUpNetworkOfFunction = {
          actions   = toset(["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"])
          resources = toset(["*"])
        }
        AttachFunctionToNetwork = {
          actions = toset([
            "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"
          ])
          resources = toset(["arn:aws:ec2:eu-west-2:123456789012:*/*", "arn:aws:ec2:eu-west-2:*:subnet/*"])
        }
      }
    }
    error_message = "a function may do more, or less, than running asks for"
  }
}

run "no_function_may_read_rejected_rows_or_reports" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for document in [aws_iam_role_policy.batch_processor.policy, aws_iam_role_policy.request_handler.policy] : [
        for statement in jsondecode(document).Statement : !anytrue([
          for resource in flatten([statement.Resource]) : !can(regex("/(incoming|work)/\\*$", resource))
        ]) if anytrue([for action in flatten([statement.Action]) : startswith(action, "s3:Get")])
      ]
    ]))
    error_message = "a function may read more than incoming/ and work/"
  }
}

run "no_function_may_delete_an_object_or_change_the_secret" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for document in [aws_iam_role_policy.batch_processor.policy, aws_iam_role_policy.request_handler.policy] : [
        for statement in jsondecode(document).Statement : [
          for action in flatten([statement.Action]) :
          !can(regex("^(s3:Delete|secretsmanager:[^G]|[a-z0-9]+:\\*|\\*)", action))
        ] if statement.Effect == "Allow"
      ]
    ]))
    error_message = "a function may delete objects, change the secret, or do everything a service knows"
  }
}

run "batch_processor_lists_nothing_but_incoming" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.batch_processor.policy).Statement :
      toset(flatten([statement.Condition.StringLike["s3:prefix"]])) if statement.Sid == "FindVersions"
    ]) == toset(["incoming/*"])
    error_message = "the batch processor may list another prefix, such as rejected/"
  }
}

run "files_get_only_the_statuses_they_may_expire_by" {
  command = plan

  assert {
    condition = {
      for name, document in { processor = aws_iam_role_policy.batch_processor.policy, handler = aws_iam_role_policy.request_handler.policy } :
      name => one([
        for statement in jsondecode(document).Statement :
        toset(flatten([statement.Condition.StringEquals["s3:RequestObjectTag/status"]])) if statement.Sid == "MarkFiles"
      ])
      } == {
      processor = toset(["processed", "processed-with-rejects", "refused"])
      handler   = toset(["processed", "processed-with-rejects"])
    }
    error_message = "a function may write another status, or a tag without one"
  }
}

run "buckets_of_other_accounts_are_out_of_reach" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for document in [
        aws_iam_role_policy.batch_processor.policy,
        aws_iam_role_policy.request_handler.policy,
        aws_iam_role_policy.rejects_reader.policy,
        ] : [
        for statement in jsondecode(document).Statement :
        try(statement.Condition.StringEquals["aws:ResourceAccount"], "") == "123456789012"
        if anytrue([for action in flatten([statement.Action]) : startswith(action, "s3:")])
      ]
    ]))
    error_message = "where the bucket's name falls to another account, rows could go there"
  }
}

run "key_serves_only_what_goes_through_s3_sqs_and_the_secret_or_the_functions_own_environment" {
  command = plan

  assert {
    condition = {
      for key, policy in { batch_processor = aws_iam_role_policy.batch_processor.policy, request_handler = aws_iam_role_policy.request_handler.policy } : key => {
        for statement in jsondecode(policy).Statement : statement.Sid => {
          for name, values in statement.Condition.StringEquals : name => toset(flatten([values]))
        } if anytrue([for action in flatten([statement.Action]) : startswith(action, "kms:")])
      }
      } == {
      for key, name in { batch_processor = "csvbatch-test-batch-processor", request_handler = "csvbatch-test-request-handler" } : key => {
        UseKeyThroughServices = {
          "kms:ViaService" = toset(["s3.eu-west-2.amazonaws.com", "secretsmanager.eu-west-2.amazonaws.com", "sqs.eu-west-2.amazonaws.com"])
        }
        DecryptOwnEnvironment = {
          "kms:EncryptionContext:aws:lambda:FunctionArn" = toset(["arn:aws:lambda:eu-west-2:123456789012:function:${name}"])
        }
      }
    }
    error_message = "a function may use the key for something else"
  }
}

run "code_of_a_function_may_not_touch_the_network_that_lambda_sets_up_for_it" {
  command = plan

  assert {
    condition = {
      for name, policy in { batch-processor = aws_iam_role_policy.batch_processor.policy, request-handler = aws_iam_role_policy.request_handler.policy } :
      name => one([
        for statement in jsondecode(policy).Statement : {
          actions   = toset(statement.Action)
          resource  = statement.Resource
          condition = statement.Condition
        } if statement.Effect == "Deny"
      ])
      } == {
      for name in ["batch-processor", "request-handler"] : name => {
        actions = toset([
          "ec2:AssignPrivateIpAddresses",
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:UnassignPrivateIpAddresses",
        ])
        resource  = "*"
        condition = { ArnEquals = { "lambda:SourceFunctionArn" = "arn:aws:lambda:eu-west-2:123456789012:function:csvbatch-test-${name}" } }
      }
    }
    error_message = "the code of a function may do with the network what only Lambda should"
  }
}

run "lambda_may_take_a_role_for_its_own_function_alone" {
  command = plan

  assert {
    condition = {
      for key, role in { batch_processor = aws_iam_role.batch_processor, request_handler = aws_iam_role.request_handler } :
      key => [
        for statement in jsondecode(role.assume_role_policy).Statement : {
          principal = statement.Principal
          account   = statement.Condition.StringEqualsIfExists["aws:SourceAccount"]
          sources   = toset(flatten([statement.Condition.ArnLikeIfExists["aws:SourceArn"]]))
        }
      ]
      } == {
      batch_processor = [{
        principal = { Service = "lambda.amazonaws.com" }
        account   = "123456789012"
        sources = toset([
          "arn:aws:lambda:eu-west-2:123456789012:function:csvbatch-test-batch-processor",
          "arn:aws:lambda:eu-west-2:123456789012:function:csvbatch-test-batch-processor:*",
        ])
      }]
      request_handler = [{
        principal = { Service = "lambda.amazonaws.com" }
        account   = "123456789012"
        sources = toset([
          "arn:aws:lambda:eu-west-2:123456789012:function:csvbatch-test-request-handler",
          "arn:aws:lambda:eu-west-2:123456789012:function:csvbatch-test-request-handler:*",
          "arn:aws:lambda:eu-west-2:123456789012:event-source-mapping:*",
        ])
      }]
    }
    error_message = "a principal other than Lambda, for that function and account, may assume a role"
  }
}
