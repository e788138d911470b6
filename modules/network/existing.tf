locals {
  adopts = var.vpc == null && var.existing_vpc != null

  # Where the IDs cannot be looked up, as on a local AWS without that VPC, a plan is made from the IDs alone.
  looks_up = local.adopts && var.look_up_existing_vpc
}

data "aws_vpc" "existing" {
  count = local.looks_up ? 1 : 0

  id = var.existing_vpc.vpc_id

  lifecycle {
    postcondition {
      condition     = length(local.interface_services) == 0 || !local.private_dns || (self.enable_dns_support && self.enable_dns_hostnames)
      error_message = "${self.id} has DNS support ${self.enable_dns_support} and DNS hostnames ${self.enable_dns_hostnames}: interface endpoints (${join(", ", keys(local.interface_services))}) are found by name, so switch both on, set private_dns = false, or set those endpoints false."
    }
  }
}

data "aws_subnet" "existing" {
  for_each = toset(local.looks_up ? var.existing_vpc.subnet_ids : [])

  id = each.key

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.existing_vpc.vpc_id
      error_message = "existing_vpc.subnet_ids names ${each.key}, which is in ${self.vpc_id} and not in ${var.existing_vpc.vpc_id}."
    }
  }
}

data "aws_ec2_managed_prefix_list" "s3" {
  count = local.makes.s3 ? 0 : 1

  name = "com.amazonaws.${var.region}.s3"
}
