locals {
  interface_services = {
    for service in concat(
      local.makes.sqs ? ["sqs"] : [],
      local.makes.secretsmanager ? ["secretsmanager"] : [],
      tolist(var.endpoints.extra),
    ) : service => local.reachable[service]
  }

  # An interface endpoint takes one subnet per zone; an adopted VPC may have several.
  endpoint_subnet_ids = !local.looks_up ? local.subnet_ids : [
    for zone, ids in { for id, subnet in data.aws_subnet.existing : subnet.availability_zone => id... } : ids[0]
  ]
}

resource "aws_vpc_endpoint" "s3" {
  count = local.makes.s3 ? 1 : 0

  vpc_id            = local.vpc_id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${var.region}.s3"
  route_table_ids   = var.vpc != null ? aws_route_table.private[*].id : try(var.existing_vpc.route_table_ids, [])
  policy            = data.aws_iam_policy_document.s3_endpoint.json

  tags = { Name = "${var.name}-s3" }

  lifecycle {
    precondition {
      condition     = try(length(var.existing_vpc.route_table_ids) > 0, true)
      error_message = "existing_vpc.route_table_ids is empty but endpoints.s3 is true: give the route tables of ${jsonencode(local.subnet_ids)}, or set endpoints.s3 = false if the VPC already has an S3 endpoint."
    }
  }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_services

  vpc_id              = local.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${var.region}.${each.key}"
  subnet_ids          = local.endpoint_subnet_ids
  security_group_ids  = aws_security_group.endpoints[*].id
  private_dns_enabled = local.private_dns
  policy              = data.aws_iam_policy_document.interface_endpoint[each.key].json

  tags = { Name = "${var.name}-${each.key}" }
}
