data "aws_partition" "current" {}

locals {
  # Through the security group whose preconditions check the inputs: without a VPC nothing else is planned.
  vpc_id = aws_security_group.lambda.vpc_id
  subnet_ids = (
    var.vpc != null ? [for zone in var.vpc.availability_zones : aws_subnet.private[zone].id] : try(var.existing_vpc.subnet_ids, [])
  )
}

resource "aws_vpc" "this" {
  count = var.vpc == null ? 0 : 1

  cidr_block           = var.vpc.cidr
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = { Name = var.name }

  lifecycle {
    precondition {
      condition     = alltrue([for zone in var.vpc.availability_zones : can(regex("^${var.region}[a-z]$", zone))])
      error_message = "vpc.availability_zones is ${jsonencode(var.vpc.availability_zones)} but region is ${var.region}: name zones of that region, such as ${var.region}a."
    }

    precondition {
      condition     = var.flow_log_bucket_arn != null
      error_message = "flow_log_bucket_arn is null but vpc.cidr is ${var.vpc.cidr}: a VPC of the module needs flow logs; give the ARN of the log bucket."
    }

    precondition {
      condition     = alltrue(values(local.makes))
      error_message = "endpoints is ${jsonencode(var.endpoints)} but vpc.cidr is ${var.vpc.cidr}: without a route to the internet the functions need endpoints for S3, SQS and Secrets Manager; leave all three true."
    }

    precondition {
      condition     = local.private_dns && local.s3_policy == "platform"
      error_message = "endpoints is ${jsonencode(var.endpoints)} but vpc.cidr is ${var.vpc.cidr}: private_dns and s3_policy are for an adopted VPC; remove them."
    }
  }
}

# Resources without a security group get this one, so it allows nothing.
resource "aws_default_security_group" "this" {
  count = var.vpc == null ? 0 : 1

  vpc_id = aws_vpc.this[0].id

  tags = { Name = "${var.name}-default-locked" }
}

resource "aws_subnet" "private" {
  for_each = var.vpc == null ? {} : { for position, zone in var.vpc.availability_zones : zone => position }

  vpc_id            = aws_vpc.this[0].id
  availability_zone = each.key
  # Quarters, so that a third zone can be added later without moving the first two.
  cidr_block = cidrsubnet(var.vpc.cidr, 2, each.value)

  tags = { Name = "${var.name}-private-${each.key}" }

  # As long as for the functions' security group, and for the same reason.
  timeouts {
    delete = "45m"
  }
}

# Without a route to the internet, all zones have the same routes and share one table.
resource "aws_route_table" "private" {
  count = var.vpc == null ? 0 : 1

  vpc_id = aws_vpc.this[0].id

  tags = { Name = "${var.name}-private" }
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private[0].id
}

resource "aws_flow_log" "this" {
  count = var.vpc == null ? 0 : 1

  vpc_id               = aws_vpc.this[0].id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "${var.flow_log_bucket_arn}/vpc-flow-logs"

  tags = { Name = var.name }
}

# Names that only DNS servers of another network know, such as Oracle's on premises:
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-rules-managing.html
resource "aws_route53_resolver_rule_association" "this" {
  for_each = toset(var.resolver_rule_ids)

  name             = "${var.name}-${each.key}"
  resolver_rule_id = each.key
  vpc_id           = local.vpc_id
}
