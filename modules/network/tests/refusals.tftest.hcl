mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name                = "csvbatch-test"
  account_id          = "123456789012"
  region              = "eu-west-2"
  vpc                 = { cidr = "10.20.0.0/22", availability_zones = ["eu-west-2a", "eu-west-2b"] }
  oracle              = { cidrs = ["10.80.4.0/24"], port = 2484 }
  oracle_routes       = { transit_gateway_id = "tgw-0123456789abcdef0" }
  data_bucket_arn     = "arn:aws:s3:::csvbatch-test-data"
  queue_arn           = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
  secret_arn          = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-a1b2c3"
  flow_log_bucket_arn = "arn:aws:s3:::csvbatch-test-logs"
}

run "refuses_both_a_vpc_to_make_and_one_to_adopt" {
  command = plan

  variables {
    existing_vpc = {
      vpc_id          = "vpc-0123456789abcdef0"
      subnet_ids      = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"]
      route_table_ids = ["rtb-0123456789abcdef0"]
    }
  }

  expect_failures = [aws_security_group.lambda]
}

run "refuses_neither_a_vpc_to_make_nor_one_to_adopt" {
  command = plan

  variables {
    vpc = null
  }

  expect_failures = [aws_security_group.lambda]
}

run "refuses_a_range_that_is_no_cidr_and_an_endpoint_it_has_no_policy_for_and_an_oracle_that_is_nowhere" {
  command = plan

  variables {
    vpc       = { cidr = "10.20.0.0", availability_zones = ["eu-west-2a", "eu-west-2b"] }
    endpoints = { extra = ["dynamodb"] }
    oracle    = { cidrs = [], port = 2484 }
  }

  expect_failures = [var.vpc, var.endpoints, var.oracle]
}

run "refuses_an_address_that_does_not_exist_and_an_oracle_address_without_prefix_length_and_a_route_through_both_a_transit_gateway_and_a_peering" {
  command = plan

  variables {
    vpc           = { cidr = "10.20.300.0/22", availability_zones = ["eu-west-2a", "eu-west-2b"] }
    oracle        = { cidrs = ["10.80.4.7"], port = 2484 }
    oracle_routes = { transit_gateway_id = "tgw-0123456789abcdef0", peering_connection_id = "pcx-0123456789abcdef0" }
  }

  expect_failures = [var.vpc, var.oracle, var.oracle_routes]
}

run "refuses_a_range_not_given_by_its_first_address_and_an_oracle_range_not_given_by_its_first_address_and_a_route_through_nothing" {
  command = plan

  variables {
    vpc           = { cidr = "10.20.1.0/22", availability_zones = ["eu-west-2a", "eu-west-2b"] }
    oracle        = { cidrs = ["10.80.4.7/24"], port = 2484 }
    oracle_routes = {}
  }

  expect_failures = [var.vpc, var.oracle, var.oracle_routes]
}

run "refuses_an_ipv6_range_and_an_oracle_range_named_twice_and_a_name_in_place_of_a_transit_gateway_id" {
  command = plan

  variables {
    vpc           = { cidr = "fd00::/22", availability_zones = ["eu-west-2a", "eu-west-2b"] }
    oracle        = { cidrs = ["10.80.4.0/24", "10.80.4.0/24"], port = 2484 }
    oracle_routes = { transit_gateway_id = "hub" }
  }

  expect_failures = [var.vpc, var.oracle, var.oracle_routes]
}

run "refuses_a_range_too_wide_for_a_vpc_and_an_oracle_port_out_of_range_and_a_name_in_place_of_a_peering_id" {
  command = plan

  variables {
    vpc           = { cidr = "10.0.0.0/15", availability_zones = ["eu-west-2a", "eu-west-2b"] }
    oracle        = { cidrs = ["10.80.4.0/24"], port = 65536 }
    oracle_routes = { peering_connection_id = "hub" }
  }

  expect_failures = [var.vpc, var.oracle, var.oracle_routes]
}

run "refuses_a_range_too_narrow_for_subnets_and_a_privileged_port_and_a_name_that_looks_like_a_security_group_id" {
  command = plan

  variables {
    vpc    = { cidr = "10.20.0.0/27", availability_zones = ["eu-west-2a", "eu-west-2b"] }
    oracle = { cidrs = ["10.80.4.0/24"], port = 443 }
    name   = "sg-csvbatch"
  }

  expect_failures = [var.vpc, var.oracle, var.name]
}

run "refuses_a_single_zone_and_a_name_with_capitals_and_a_name_in_place_of_oracles_security_group" {
  command = plan

  variables {
    vpc    = { cidr = "10.20.0.0/22", availability_zones = ["eu-west-2a"] }
    name   = "Csvbatch"
    oracle = { security_group_id = "databases", port = 2484 }
  }

  expect_failures = [var.vpc, var.name, var.oracle]
}

run "refuses_four_zones_and_a_policy_of_the_s3_endpoint_that_it_does_not_know_and_a_name_in_place_of_a_resolver_rule" {
  command = plan

  variables {
    vpc               = { cidr = "10.20.0.0/22", availability_zones = ["eu-west-2a", "eu-west-2b", "eu-west-2c", "eu-west-2d"] }
    endpoints         = { s3_policy = "open" }
    resolver_rule_ids = ["on-premises"]
  }

  expect_failures = [var.vpc, var.endpoints, var.resolver_rule_ids]
}

run "refuses_a_zone_named_twice" {
  command = plan

  variables {
    vpc = { cidr = "10.20.0.0/22", availability_zones = ["eu-west-2a", "eu-west-2a"] }
  }

  expect_failures = [var.vpc]
}

run "refuses_zones_of_another_region" {
  command = plan

  variables {
    vpc = { cidr = "10.20.0.0/22", availability_zones = ["eu-west-1a", "eu-west-1b"] }
  }

  expect_failures = [aws_vpc.this]
}

run "refuses_a_vpc_without_flow_logs" {
  command = plan

  variables {
    flow_log_bucket_arn = null
  }

  expect_failures = [aws_vpc.this]
}

run "refuses_a_vpc_without_one_of_the_three_endpoints" {
  command = plan

  variables {
    endpoints = { secretsmanager = false }
  }

  expect_failures = [aws_vpc.this]
}

run "refuses_a_name_in_place_of_a_vpc_id" {
  command = plan

  variables {
    vpc = null
    existing_vpc = {
      vpc_id     = "shared"
      subnet_ids = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"]
    }
  }

  expect_failures = [var.existing_vpc]
}

run "refuses_a_single_existing_subnet" {
  command = plan

  variables {
    vpc = null
    existing_vpc = {
      vpc_id     = "vpc-0123456789abcdef0"
      subnet_ids = ["subnet-0aaaaaaaaaaaaaaa1"]
    }
  }

  expect_failures = [var.existing_vpc]
}

run "refuses_an_existing_subnet_named_twice" {
  command = plan

  variables {
    vpc = null
    existing_vpc = {
      vpc_id     = "vpc-0123456789abcdef0"
      subnet_ids = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"]
    }
  }

  expect_failures = [var.existing_vpc]
}

run "refuses_a_subnet_in_place_of_a_route_table" {
  command = plan

  variables {
    vpc = null
    existing_vpc = {
      vpc_id          = "vpc-0123456789abcdef0"
      subnet_ids      = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"]
      route_table_ids = ["subnet-0aaaaaaaaaaaaaaa1"]
    }
  }

  expect_failures = [var.existing_vpc]
}

run "refuses_a_name_in_place_of_a_security_group_id" {
  command = plan

  variables {
    vpc = null
    existing_vpc = {
      vpc_id                      = "vpc-0123456789abcdef0"
      subnet_ids                  = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"]
      endpoint_security_group_ids = ["endpoints"]
    }
  }

  expect_failures = [var.existing_vpc]
}

run "refuses_the_whole_internet_as_oracle" {
  command = plan

  variables {
    oracle = { cidrs = ["0.0.0.0/0"], port = 2484 }
  }

  expect_failures = [var.oracle]
}

run "refuses_a_route_out_of_the_vpc_to_what_lies_inside" {
  command = plan

  variables {
    oracle = { cidrs = ["10.20.3.0/24"], port = 2484 }
  }

  expect_failures = [aws_route.oracle]
}

run "refuses_ids_and_arns_that_are_not_what_they_are_meant_to_be" {
  command = plan

  variables {
    account_id          = "11111111111"
    region              = "eu-west-2a"
    data_bucket_arn     = "arn:aws:s3:::csvbatch-test-data/*"
    queue_arn           = "https://sqs.eu-west-2.amazonaws.com/123456789012/csvbatch-test-chunks"
    secret_arn          = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:*"
    flow_log_bucket_arn = "csvbatch-test-logs"
  }

  expect_failures = [
    var.account_id,
    var.region,
    var.data_bucket_arn,
    var.queue_arn,
    var.secret_arn,
    var.flow_log_bucket_arn,
  ]
}

run "refuses_routes_to_a_security_group" {
  command = plan

  variables {
    oracle = { security_group_id = "sg-0123456789abcdef0", port = 2484 }
  }

  expect_failures = [aws_security_group.lambda]
}

run "refuses_the_whole_internet_through_a_nat" {
  command = plan

  variables {
    vpc = null
    existing_vpc = {
      vpc_id     = "vpc-0123456789abcdef0"
      subnet_ids = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"]
      nat_cidrs  = ["0.0.0.0/0"]
    }
  }

  expect_failures = [var.existing_vpc]
}

run "refuses_a_range_through_a_nat_that_is_none" {
  command = plan

  variables {
    vpc = null
    existing_vpc = {
      vpc_id     = "vpc-0123456789abcdef0"
      subnet_ids = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"]
      nat_cidrs  = ["52.94.0.1/16"]
    }
  }

  expect_failures = [var.existing_vpc]
}

run "refuses_another_choice_of_names_and_policy_in_a_vpc_of_its_own" {
  command = plan

  variables {
    endpoints = { private_dns = false }
  }

  expect_failures = [aws_vpc.this]
}
