data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition

  function_names = {
    batch_processor = var.batch_processor_function_name
    request_handler = var.request_handler_function_name
  }

  # The functions are created after their roles, so their ARNs are built from names.
  function_arns = {
    for key, name in local.function_names : key => "arn:${local.partition}:lambda:${var.region}:${var.account_id}:function:${name}"
  }

  network_interface_actions = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
  ]
  network_lookup_actions = [
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
  ]
}
