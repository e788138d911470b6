# What every function needs in order to run.
data "aws_iam_policy_document" "function_runtime" {
  for_each = local.function_names

  statement {
    sid     = "WriteOwnLogs"
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [
      # Lambda chooses the names of the streams.
      "arn:${local.partition}:logs:${var.region}:${var.account_id}:log-group:/aws/lambda/${each.value}:*",
    ]
  }

  statement {
    sid       = "WriteTraces"
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"] # Neither action supports resources (Service Authorization Reference of X-Ray).
  }

  statement {
    sid       = "KeepOwnDeadLetters"
    actions   = ["sqs:SendMessage"]
    resources = ["arn:${local.partition}:sqs:${var.region}:${var.account_id}:${each.value}-dead-letters"]
  }

  statement {
    sid       = "ReadOracleCredentials"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.secret_arn]
  }

  statement {
    sid       = "UseKeyThroughServices"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]

    # Only through one of these services, for what the role may use there; never directly.
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values = [
        for service in ["s3", "secretsmanager", "sqs"] : "${service}.${var.region}.${data.aws_partition.current.dns_suffix}"
      ]
    }
  }

  statement {
    sid       = "DecryptOwnEnvironment"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:aws:lambda:FunctionArn"
      values   = [local.function_arns[each.key]]
    }
  }

  # The next three statements let Lambda attach a function to a VPC, with the wildcards that AWS requires:
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  statement {
    sid       = "LookUpNetworkOfFunction"
    actions   = local.network_lookup_actions
    resources = ["*"] # Describe actions of EC2 do not support resources.
  }

  statement {
    sid     = "AttachFunctionToNetwork"
    actions = local.network_interface_actions
    resources = [
      # Lambda asks before an interface exists: with a resource named, the function might not reach the VPC.
      "arn:${local.partition}:ec2:${var.region}:${var.account_id}:*/*",
      # The subnets of a VPC that another account shares belong to that account.
      "arn:${local.partition}:ec2:${var.region}:*:subnet/*",
    ]
  }

  # The statements above are for Lambda. The function's own code must not change the network.
  statement {
    sid       = "DenyNetworkToFunctionCode"
    effect    = "Deny"
    actions   = concat(local.network_interface_actions, local.network_lookup_actions)
    resources = ["*"] # Every resource: the statement only denies.

    condition {
      test     = "ArnEquals"
      variable = "lambda:SourceFunctionArn"
      values   = [local.function_arns[each.key]]
    }
  }
}
