locals {
  adopts = var.vpc == null && var.existing_vpc != null
}

data "aws_vpc" "existing" {
  count = local.adopts ? 1 : 0

  id = var.existing_vpc.vpc_id

  lifecycle {
    postcondition {
      condition     = length(local.interface_services) == 0 || (self.enable_dns_support && self.enable_dns_hostnames)
      error_message = "${self.id} has DNS support ${self.enable_dns_support} and DNS hostnames ${self.enable_dns_hostnames}: interface endpoints (${join(", ", keys(local.interface_services))}) are found by name, so switch both on or set those endpoints false."
    }
  }
}

data "aws_subnet" "existing" {
  for_each = toset(local.adopts ? var.existing_vpc.subnet_ids : [])

  id = each.key

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.existing_vpc.vpc_id
      error_message = "existing_vpc.subnet_ids names ${each.key}, which is in ${self.vpc_id} and not in ${var.existing_vpc.vpc_id}."
    }
  }
}

data "aws_ec2_managed_prefix_list" "s3" {
  count = var.endpoints.s3 ? 0 : 1

  name = "com.amazonaws.${var.region}.s3"
}
