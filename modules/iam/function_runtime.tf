# What each function needs to run at all, whatever its task.
data "aws_iam_policy_document" "function_runtime" {
  for_each = local.function_names

  statement {
    sid     = "WriteOwnLogs"
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [
      # Lambda makes up the names of the streams.
      "arn:${local.partition}:logs:${var.region}:${var.account_id}:log-group:/aws/lambda/${each.value}:*",
    ]
  }

  statement {
    sid       = "WriteTraces"
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"] # Traces are no resources: neither action takes any other, says the Service Authorization Reference of X-Ray.
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

    # Never for data in hand: only where one of these services asks on the role's behalf, for what the role may use there.
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

  # The next three are how Lambda attaches a function to a VPC, with the wildcards AWS asks for:
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  statement {
    sid       = "LookUpNetworkOfFunction"
    actions   = local.network_lookup_actions
    resources = ["*"] # EC2 knows no resources for what describes.
  }

  statement {
    sid     = "AttachFunctionToNetwork"
    actions = local.network_interface_actions
    resources = [
      # Lambda asks before there is an interface: with a resource named, the function may not be able to reach the VPC.
      "arn:${local.partition}:ec2:${var.region}:${var.account_id}:*/*",
      # The subnets of a VPC that another account shares belong to that account.
      "arn:${local.partition}:ec2:${var.region}:*:subnet/*",
    ]
  }

  # The two above are Lambda's to use. The function's own code has no business with the network.
  statement {
    sid       = "DenyNetworkToFunctionCode"
    effect    = "Deny"
    actions   = concat(local.network_interface_actions, local.network_lookup_actions)
    resources = ["*"] # Nothing is exempt.

    condition {
      test     = "ArnEquals"
      variable = "lambda:SourceFunctionArn"
      values   = [local.function_arns[each.key]]
    }
  }
}
