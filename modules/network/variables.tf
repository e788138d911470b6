variable "name" {
  description = "Prefix of the names of the VPC, its subnets, endpoints and security groups."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,99}$", var.name)) && !startswith(var.name, "sg-")
    error_message = "name is \"${var.name}\": use 1 to 100 lower-case letters, digits and hyphens, starting with a letter (but not with sg-, which EC2 reserves for IDs)."
  }
}

variable "account_id" {
  description = "AWS account whose principals may use the endpoints, 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\": give the 12 digits of the AWS account, as a string."
  }
}

variable "region" {
  description = "AWS region of the network, such as eu-west-2."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\": give the code of an AWS region, such as eu-west-2."
  }
}

variable "vpc" {
  description = "The VPC to create: its IPv4 range (/16 to /26, a quarter of it per subnet) and 2 or 3 availability zones, one subnet each. Append new zones, because the position of a zone determines its addresses. Null if existing_vpc is given."
  type = object({
    cidr               = string
    availability_zones = list(string)
  })
  default = null

  validation {
    condition     = var.vpc == null ? true : try(cidrsubnet(var.vpc.cidr, 0, 0) == var.vpc.cidr && cidrnetmask(var.vpc.cidr) != "", false)
    error_message = "vpc.cidr is ${jsonencode(try(var.vpc.cidr, null))}: give an IPv4 range by its first address and prefix length, such as 10.20.0.0/22."
  }

  validation {
    # EC2 accepts /16 to /28: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (InvalidVpcRange)
    condition     = var.vpc == null ? true : try(tonumber(split("/", var.vpc.cidr)[1]) >= 16 && tonumber(split("/", var.vpc.cidr)[1]) <= 26, true)
    error_message = "vpc.cidr is ${jsonencode(try(var.vpc.cidr, null))}: a VPC is at most a /16, and a quarter of less than a /26 is too small for a subnet; choose a prefix length from 16 to 26."
  }

  validation {
    condition     = var.vpc == null ? true : length(distinct(var.vpc.availability_zones)) == length(var.vpc.availability_zones) && contains([2, 3], length(var.vpc.availability_zones))
    error_message = "vpc.availability_zones is ${jsonencode(try(var.vpc.availability_zones, []))}: name 2 or 3 different zones, so that losing one does not stop the platform."
  }
}

variable "existing_vpc" {
  description = "The VPC to adopt, by IDs: subnets for the functions (in at least 2 zones), the route tables of those subnets (if endpoints.s3 is true), the security groups of its existing endpoints, and IPv4 ranges (/8 to /32) of AWS to reach by HTTPS through its existing NAT. Null if vpc is given."
  type = object({
    vpc_id                      = string
    subnet_ids                  = list(string)
    route_table_ids             = optional(list(string), [])
    endpoint_security_group_ids = optional(list(string), [])
    nat_cidrs                   = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.existing_vpc == null ? true : can(regex("^vpc-[0-9a-f]+$", var.existing_vpc.vpc_id))
    error_message = "existing_vpc.vpc_id is ${jsonencode(try(var.existing_vpc.vpc_id, null))}: give the ID of a VPC, vpc-…"
  }

  validation {
    condition = var.existing_vpc == null ? true : (
      length(distinct(var.existing_vpc.subnet_ids)) >= 2 &&
      length(distinct(var.existing_vpc.subnet_ids)) == length(var.existing_vpc.subnet_ids) &&
      alltrue([for id in var.existing_vpc.subnet_ids : can(regex("^subnet-[0-9a-f]+$", id))])
    )
    error_message = "existing_vpc.subnet_ids is ${jsonencode(try(var.existing_vpc.subnet_ids, []))}: give the IDs of at least 2 different subnets, subnet-…"
  }

  validation {
    condition     = var.existing_vpc == null ? true : alltrue([for id in var.existing_vpc.route_table_ids : can(regex("^rtb-[0-9a-f]+$", id))])
    error_message = "existing_vpc.route_table_ids is ${jsonencode(try(var.existing_vpc.route_table_ids, []))}: give IDs of route tables, rtb-…"
  }

  validation {
    condition     = var.existing_vpc == null ? true : alltrue([for id in var.existing_vpc.endpoint_security_group_ids : can(regex("^sg-[0-9a-f]+$", id))])
    error_message = "existing_vpc.endpoint_security_group_ids is ${jsonencode(try(var.existing_vpc.endpoint_security_group_ids, []))}: give IDs of security groups, sg-…"
  }

  validation {
    condition = var.existing_vpc == null ? true : length(distinct(var.existing_vpc.nat_cidrs)) == length(var.existing_vpc.nat_cidrs) && alltrue([
      for cidr in var.existing_vpc.nat_cidrs : try(cidrsubnet(cidr, 0, 0) == cidr && cidrnetmask(cidr) != "" && tonumber(split("/", cidr)[1]) >= 8, false)
    ])
    error_message = "existing_vpc.nat_cidrs is ${jsonencode(try(var.existing_vpc.nat_cidrs, []))}: give IPv4 ranges, each once and by its first address, and none wider than a /8; those of the region's services are in https://ip-ranges.amazonaws.com/ip-ranges.json."
  }
}

variable "look_up_existing_vpc" {
  description = "Whether a plan looks up existing_vpc to check it and to find the zones of its subnets; false to plan without that VPC, as on a local AWS."
  type        = bool
  default     = true
}

variable "endpoints" {
  description = "Which services get an endpoint from the module; extra may contain kms, logs, monitoring and xray. In a VPC of the module s3, sqs and secretsmanager always get one. In an adopted VPC each of the three must be stated: false if the VPC has its own endpoint or a NAT. If s3 is true, s3_policy says whether the endpoint's policy allows the platform's bucket only (platform) or every bucket (account). If one of the others is true, private_dns says whether the services' names resolve to our endpoints in the whole VPC."
  type = object({
    s3             = optional(bool)
    s3_policy      = optional(string)
    sqs            = optional(bool)
    secretsmanager = optional(bool)
    private_dns    = optional(bool)
    extra          = optional(set(string), [])
  })
  default = {}

  validation {
    condition     = var.endpoints.s3_policy == null ? true : contains(["platform", "account"], var.endpoints.s3_policy)
    error_message = "endpoints.s3_policy is ${jsonencode(var.endpoints.s3_policy)}: use platform (only the platform's bucket) or account (every bucket, for principals of the account)."
  }

  validation {
    condition     = length(setsubtract(var.endpoints.extra, ["kms", "logs", "monitoring", "xray"])) == 0
    error_message = "endpoints.extra is ${jsonencode(var.endpoints.extra)}: only kms, logs, monitoring and xray can be added; s3, sqs and secretsmanager have their own switches."
  }
}

variable "data_bucket_arn" {
  description = "ARN of the only bucket that can be reached through the S3 endpoint."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:s3:::[a-z0-9.-]+$", var.data_bucket_arn))
    error_message = "data_bucket_arn is \"${var.data_bucket_arn}\": give the ARN of a bucket, arn:…:s3:::name, without a path."
  }
}

variable "queue_arn" {
  description = "ARN of the only queue that can be reached through the SQS endpoint."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+$", var.queue_arn))
    error_message = "queue_arn is \"${var.queue_arn}\": give the ARN of a queue, arn:…:sqs:region:account:name (not its URL)."
  }
}

variable "secret_arn" {
  description = "ARN of the only secret that can be read through the Secrets Manager endpoint."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[^*]+$", var.secret_arn))
    error_message = "secret_arn is \"${var.secret_arn}\": give the ARN of a secret, arn:…:secretsmanager:region:account:secret:name-suffix."
  }
}

variable "oracle" {
  description = "Where Oracle listens: IPv4 ranges (/8 to /32), its security group (in this VPC or a peered one), or both; and the port. The functions can reach nothing else outside the endpoints."
  type = object({
    cidrs             = optional(list(string), [])
    security_group_id = optional(string)
    port              = number
  })

  validation {
    condition     = length(var.oracle.cidrs) > 0 || var.oracle.security_group_id != null
    error_message = "oracle.cidrs is empty and oracle.security_group_id is null: give at least one IPv4 range or Oracle's security group."
  }

  validation {
    condition = alltrue([
      for cidr in var.oracle.cidrs : try(cidrsubnet(cidr, 0, 0) == cidr && cidrnetmask(cidr) != "", false)
    ])
    error_message = "oracle.cidrs is ${jsonencode(var.oracle.cidrs)}: give IPv4 ranges, each by its first address and prefix length, such as 10.80.4.0/24 or 10.80.4.7/32."
  }

  validation {
    condition     = alltrue([for cidr in var.oracle.cidrs : try(tonumber(split("/", cidr)[1]) >= 8, true)])
    error_message = "oracle.cidrs is ${jsonencode(var.oracle.cidrs)}: a range wider than a /8 would allow more than Oracle; give the addresses of the databases."
  }

  validation {
    condition     = length(distinct(var.oracle.cidrs)) == length(var.oracle.cidrs)
    error_message = "oracle.cidrs is ${jsonencode(var.oracle.cidrs)}: name each range once."
  }

  # A group of a peered VPC in another account is named with the account:
  # https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html
  validation {
    condition     = var.oracle.security_group_id == null ? true : can(regex("^([0-9]{12}/)?sg-[0-9a-f]+$", var.oracle.security_group_id))
    error_message = "oracle.security_group_id is ${jsonencode(var.oracle.security_group_id)}: give the ID of a security group, sg-…, or account/sg-… for one of another account."
  }

  # RDS takes 1150 to 65535, Autonomous Database listens on 1521 and 1522, and Oracle listeners do not use privileged ports:
  # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
  validation {
    condition     = var.oracle.port >= 1024 && var.oracle.port <= 65535 && floor(var.oracle.port) == var.oracle.port
    error_message = "oracle.port is ${var.oracle.port}: use the listener's port, a whole number from 1024 to 65535, such as 1521 (TCP), 1522 (Autonomous Database) or 2484 (TCPS)."
  }
}

variable "oracle_routes" {
  description = "How a VPC of the module reaches oracle.cidrs: through a transit gateway, to which the VPC is attached, or a peering connection. Null for no routes, and in an adopted VPC, whose routes are not changed."
  type = object({
    transit_gateway_id    = optional(string)
    peering_connection_id = optional(string)
  })
  default = null

  validation {
    condition     = var.oracle_routes == null ? true : (var.oracle_routes.transit_gateway_id == null) != (var.oracle_routes.peering_connection_id == null)
    error_message = "oracle_routes names ${jsonencode(var.oracle_routes)}: give either transit_gateway_id or peering_connection_id, or set oracle_routes = null for no routes."
  }

  validation {
    condition     = try(var.oracle_routes.transit_gateway_id, null) == null ? true : can(regex("^tgw-[0-9a-f]+$", var.oracle_routes.transit_gateway_id))
    error_message = "oracle_routes.transit_gateway_id is ${jsonencode(try(var.oracle_routes.transit_gateway_id, null))}: give the ID of a transit gateway, tgw-…"
  }

  validation {
    condition     = try(var.oracle_routes.peering_connection_id, null) == null ? true : can(regex("^pcx-[0-9a-f]+$", var.oracle_routes.peering_connection_id))
    error_message = "oracle_routes.peering_connection_id is ${jsonencode(try(var.oracle_routes.peering_connection_id, null))}: give the ID of a peering connection, pcx-…"
  }
}

variable "resolver_rule_ids" {
  description = "IDs of Route 53 Resolver rules to associate with the VPC, for names that only DNS servers of another network know, such as those of databases on premises."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.resolver_rule_ids : can(regex("^rslvr-rr-[0-9a-z]+$", id))]) && length(distinct(var.resolver_rule_ids)) == length(var.resolver_rule_ids)
    error_message = "resolver_rule_ids is ${jsonencode(var.resolver_rule_ids)}: give IDs of resolver rules, rslvr-rr-…, each once."
  }
}

variable "flow_log_bucket_arn" {
  description = "ARN of the log bucket for the flow logs of a VPC of the module (required there, under vpc-flow-logs/); not used in an adopted VPC."
  type        = string
  default     = null

  validation {
    condition     = var.flow_log_bucket_arn == null ? true : can(regex("^arn:[a-z-]+:s3:::[a-z0-9.-]+$", var.flow_log_bucket_arn))
    error_message = "flow_log_bucket_arn is ${jsonencode(var.flow_log_bucket_arn)}: give the ARN of a bucket, arn:…:s3:::name, without a path."
  }
}
