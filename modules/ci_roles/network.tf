# What Terraform does with the network. IDs are not known before, so the environment's tags say what is its own: they are
# set when something is made, and asked for when something is changed.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html

locals {
  network_arns = [
    for kind in ["route-table", "security-group", "security-group-rule", "subnet", "vpc", "vpc-endpoint", "vpc-flow-log"] :
    "arn:${local.partition}:ec2:${local.place}:${kind}/*" # AWS makes up their IDs.
  ]

  create_actions = [
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateFlowLogs",
    "ec2:CreateRouteTable",
    "ec2:CreateSecurityGroup",
    "ec2:CreateSubnet",
    "ec2:CreateVpc",
    "ec2:CreateVpcEndpoint",
  ]
}

data "aws_iam_policy_document" "network" {
  statement {
    sid       = "MakeNetwork"
    actions   = local.create_actions
    resources = local.network_arns

    dynamic "condition" {
      for_each = var.owner_tags

      content {
        test     = "StringEquals"
        variable = "aws:RequestTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }

  statement {
    sid       = "TagWhatIsMade"
    actions   = ["ec2:CreateTags"]
    resources = local.network_arns

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = [for action in local.create_actions : trimprefix(action, "ec2:")]
    }
  }

  statement {
    sid = "ChangeOwnNetwork"
    actions = concat([for action in local.create_actions : action if action != "ec2:CreateVpc"], [
      "ec2:AssociateRouteTable",
      "ec2:CreateTags",
      "ec2:DeleteFlowLogs",
      "ec2:DeleteRouteTable",
      "ec2:DeleteSecurityGroup",
      "ec2:DeleteSubnet",
      "ec2:DeleteTags",
      "ec2:DeleteVpc",
      "ec2:DeleteVpcEndpoints",
      "ec2:DisassociateRouteTable",
      "ec2:ModifySecurityGroupRules",
      "ec2:ModifyVpcAttribute",
      "ec2:ModifyVpcEndpoint",
      "ec2:RevokeSecurityGroupEgress",
      "ec2:RevokeSecurityGroupIngress",
    ])
    resources = local.network_arns

    dynamic "condition" {
      for_each = var.owner_tags

      content {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }

  # AWS makes the default group of a VPC, without tags; Terraform tags it and takes its rules away.
  statement {
    sid       = "TakeOverUntaggedGroup"
    actions   = ["ec2:CreateTags"]
    resources = ["arn:${local.partition}:ec2:${local.place}:security-group/*"] # As above.

    dynamic "condition" {
      for_each = var.owner_tags

      content {
        test     = "StringEquals"
        variable = "aws:RequestTag/${condition.key}"
        values   = [condition.value]
      }
    }

    dynamic "condition" {
      for_each = var.owner_tags

      content {
        test     = "Null"
        variable = "aws:ResourceTag/${condition.key}"
        values   = ["true"]
      }
    }
  }

  # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
  statement {
    sid       = "DeliverFlowLogs"
    actions   = ["logs:CreateLogDelivery", "logs:DeleteLogDelivery"]
    resources = ["*"] # These actions know no resource.
  }
}
