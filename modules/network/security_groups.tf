resource "aws_security_group" "lambda" {
  #checkov:skip=CKV2_AWS_5: the functions that use it are created by other modules, after the network

  name        = "${var.name}-lambda"
  description = "The functions: out to AWS endpoints, S3 and Oracle, nothing else and nothing in"
  vpc_id      = var.vpc != null ? aws_vpc.this[0].id : try(var.existing_vpc.vpc_id, null)

  tags = { Name = "${var.name}-lambda" }

  # Lambda deletes the network interfaces of deleted functions after some time; until then group and subnets are in use:
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  timeouts {
    delete = "45m"
  }

  lifecycle {
    precondition {
      condition     = (var.vpc == null) != (var.existing_vpc == null)
      error_message = "vpc is ${jsonencode(var.vpc)} and existing_vpc is ${jsonencode(var.existing_vpc)}: give exactly one of them, to create a VPC or to adopt one."
    }

    precondition {
      condition     = !local.looks_up || length(distinct(values(data.aws_subnet.existing)[*].availability_zone)) >= 2
      error_message = "existing_vpc.subnet_ids is ${jsonencode(keys(data.aws_subnet.existing))}, in the zones ${jsonencode(distinct(values(data.aws_subnet.existing)[*].availability_zone))}: name subnets in at least 2 zones, so that losing one does not stop the platform."
    }

    # A wrong default here would affect others in that VPC.
    precondition {
      condition     = length(local.unstated_choices) == 0
      error_message = "existing_vpc is given, so each choice that affects others in ${jsonencode(try(var.existing_vpc.vpc_id, null))} has to be stated: ${join("; ", local.unstated_choices)}."
    }

    precondition {
      condition     = length(local.reached_otherwise) == 0 || try(length(var.existing_vpc.endpoint_security_group_ids) + length(var.existing_vpc.nat_cidrs), 1) > 0
      error_message = "endpoints creates none for ${join(" and ", local.reached_otherwise)}, and existing_vpc has neither endpoint_security_group_ids nor nat_cidrs: give the security groups of the VPC's own endpoints, or the ranges to reach through its NAT; otherwise no function can reach them."
    }

    precondition {
      condition     = !local.adopts || var.oracle_routes == null
      error_message = "oracle_routes is ${jsonencode(var.oracle_routes)} but existing_vpc is given: routes of an adopted VPC are not changed; ask its owner to route ${jsonencode(var.oracle.cidrs)} and set oracle_routes = null."
    }

    precondition {
      condition     = var.oracle_routes == null || length(var.oracle.cidrs) > 0
      error_message = "oracle_routes is ${jsonencode(var.oracle_routes)} but oracle.cidrs is empty: a route needs addresses, not a security group; give Oracle's ranges too, or set oracle_routes = null."
    }
  }
}

resource "aws_vpc_security_group_egress_rule" "lambda_to_endpoints" {
  count = length(local.interface_services) > 0 ? 1 : 0

  security_group_id            = aws_security_group.lambda.id
  description                  = "AWS services through endpoints of this platform"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.endpoints[0].id
}

resource "aws_vpc_security_group_egress_rule" "lambda_to_existing_endpoints" {
  for_each = toset(try(var.existing_vpc.endpoint_security_group_ids, []))

  security_group_id            = aws_security_group.lambda.id
  description                  = "AWS services through endpoints the VPC already has"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = each.key
}

resource "aws_vpc_security_group_egress_rule" "lambda_to_nat" {
  for_each = toset(try(var.existing_vpc.nat_cidrs, []))

  security_group_id = aws_security_group.lambda.id
  description       = "AWS services through the NAT that the VPC has"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = each.key
}

resource "aws_vpc_security_group_egress_rule" "lambda_to_s3" {
  security_group_id = aws_security_group.lambda.id
  description       = "S3"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = local.makes.s3 ? aws_vpc_endpoint.s3[0].prefix_list_id : data.aws_ec2_managed_prefix_list.s3[0].id
}

resource "aws_vpc_security_group_egress_rule" "lambda_to_oracle" {
  for_each = toset(var.oracle.cidrs)

  security_group_id = aws_security_group.lambda.id
  description       = "Oracle"
  ip_protocol       = "tcp"
  from_port         = var.oracle.port
  to_port           = var.oracle.port
  cidr_ipv4         = each.key
}

resource "aws_vpc_security_group_egress_rule" "lambda_to_oracle_group" {
  count = var.oracle.security_group_id == null ? 0 : 1

  security_group_id            = aws_security_group.lambda.id
  description                  = "Oracle"
  ip_protocol                  = "tcp"
  from_port                    = var.oracle.port
  to_port                      = var.oracle.port
  referenced_security_group_id = var.oracle.security_group_id
}

resource "aws_security_group" "endpoints" {
  count = length(local.interface_services) > 0 ? 1 : 0

  name        = "${var.name}-endpoints"
  description = "Endpoints of AWS services: in from the functions, nothing else and nothing out"
  vpc_id      = local.vpc_id

  tags = { Name = "${var.name}-endpoints" }

  timeouts {
    delete = "45m"
  }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints_from_lambda" {
  count = length(local.interface_services) > 0 ? 1 : 0

  security_group_id            = aws_security_group.endpoints[0].id
  description                  = "AWS calls of the functions"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.lambda.id
}
