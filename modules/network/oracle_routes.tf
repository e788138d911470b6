locals {
  oracle_cidrs_inside = var.vpc == null ? [] : [
    for cidr in var.oracle.cidrs : cidr
    if tonumber(split("/", cidr)[1]) >= tonumber(split("/", var.vpc.cidr)[1]) &&
    cidrhost("${split("/", cidr)[0]}/${split("/", var.vpc.cidr)[1]}", 0) == cidrhost(var.vpc.cidr, 0)
  ]

  # Calculated as CIDR blocks, so that a plan knows them before the subnets exist.
  subnet_cidrs = var.vpc == null ? [] : [for position in range(length(var.vpc.availability_zones)) : cidrsubnet(var.vpc.cidr, 2, position)]
  oracle_cidrs_in_subnets = [
    for cidr in local.oracle_cidrs_inside : cidr if anytrue([
      for subnet in local.subnet_cidrs :
      tonumber(split("/", cidr)[1]) >= tonumber(split("/", subnet)[1]) &&
      cidrhost("${split("/", cidr)[0]}/${split("/", subnet)[1]}", 0) == cidrhost(subnet, 0)
    ])
  ]
}

# Routes to a transit gateway exist only in a VPC that is attached to it.
resource "aws_ec2_transit_gateway_vpc_attachment" "oracle" {
  count = var.vpc != null && try(var.oracle_routes.transit_gateway_id, null) != null ? 1 : 0

  transit_gateway_id = var.oracle_routes.transit_gateway_id
  vpc_id             = local.vpc_id
  subnet_ids         = local.subnet_ids

  tags = { Name = "${var.name}-oracle" }
}

resource "aws_route" "oracle" {
  for_each = var.vpc == null || var.oracle_routes == null ? [] : toset(var.oracle.cidrs)

  route_table_id            = aws_route_table.private[0].id
  destination_cidr_block    = each.key
  transit_gateway_id        = var.oracle_routes.transit_gateway_id
  vpc_peering_connection_id = var.oracle_routes.peering_connection_id

  depends_on = [aws_ec2_transit_gateway_vpc_attachment.oracle]

  lifecycle {
    precondition {
      condition     = !contains(local.oracle_cidrs_inside, each.key)
      error_message = "oracle.cidrs names ${each.key}, which lies inside vpc.cidr ${var.vpc.cidr}, but oracle_routes would route it out of the VPC: choose another vpc.cidr, or set oracle_routes = null if Oracle is in this VPC."
    }
  }
}

# Warnings, not errors: a peering connection, or a subnet made by somebody else, can only be added once the VPC exists.
check "oracle_can_be_reached" {
  assert {
    condition     = var.vpc == null || var.oracle_routes != null || length(local.oracle_cidrs_inside) == length(var.oracle.cidrs)
    error_message = "oracle_routes is null and ${jsonencode(setsubtract(var.oracle.cidrs, local.oracle_cidrs_inside))} lies outside vpc.cidr ${jsonencode(try(var.vpc.cidr, null))}: the functions cannot reach Oracle until oracle_routes names a transit gateway or a peering connection."
  }

  assert {
    condition     = var.oracle_routes != null || length(local.oracle_cidrs_in_subnets) == length(local.oracle_cidrs_inside)
    error_message = "oracle.cidrs names ${jsonencode(setsubtract(local.oracle_cidrs_inside, local.oracle_cidrs_in_subnets))}, which lies inside vpc.cidr ${jsonencode(try(var.vpc.cidr, null))} but in none of its subnets ${jsonencode(local.subnet_cidrs)}: nothing listens there unless somebody else creates a subnet for it. Give the addresses of Oracle."
  }
}
