mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_vpc" {
    defaults = {
      enable_dns_support   = true
      enable_dns_hostnames = true
    }
  }

  mock_resource "aws_vpc_endpoint" {
    defaults = {
      dns_entry = [{ dns_name = "vpce-0123456789abcdef0-a1b2c3d4.example.eu-west-2.vpce.amazonaws.com", hosted_zone_id = "Z0000000000000" }]
    }
  }

  mock_data "aws_ec2_managed_prefix_list" {
    defaults = { id = "pl-0123456789abcdef0" }
  }
}

variables {
  name       = "csvbatch-test"
  account_id = "123456789012"
  region     = "eu-west-2"
  existing_vpc = {
    vpc_id          = "vpc-0123456789abcdef0"
    subnet_ids      = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"]
    route_table_ids = ["rtb-0123456789abcdef0"]
  }
  endpoints            = { s3 = true, s3_policy = "platform", sqs = true, secretsmanager = true, private_dns = true }
  oracle               = { cidrs = ["10.80.4.0/24"], port = 2484 }
  look_up_existing_vpc = false

  data_bucket_arn = "arn:aws:s3:::csvbatch-test-data"
  queue_arn       = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
  secret_arn      = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-a1b2c3"
}

run "adopted_vpc_keeps_its_default_group_routes_and_flow_logs" {
  command = plan

  variables {
    flow_log_bucket_arn = "arn:aws:s3:::csvbatch-test-logs"
  }

  assert {
    condition = 0 == length(aws_vpc.this) + length(aws_subnet.private) + length(aws_default_security_group.this) + length(aws_flow_log.this) + (
      length(aws_route_table.private) + length(aws_route_table_association.private) + length(aws_route.oracle)
    )
    error_message = "something that belongs to the adopted VPC is changed"
  }
}

run "functions_run_in_the_subnets_given" {
  command = plan

  assert {
    condition     = output.vpc_id == "vpc-0123456789abcdef0" && output.subnet_ids == tolist(["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"])
    error_message = "the functions run elsewhere"
  }

  assert {
    condition     = aws_security_group.lambda.vpc_id == "vpc-0123456789abcdef0"
    error_message = "the functions' security group is of another VPC"
  }
}

run "endpoints_are_made_in_the_adopted_vpc" {
  command = plan

  assert {
    condition     = alltrue([for endpoint in concat(values(aws_vpc_endpoint.interface), aws_vpc_endpoint.s3) : endpoint.vpc_id == "vpc-0123456789abcdef0"])
    error_message = "an endpoint is created in another VPC"
  }

  assert {
    condition     = aws_vpc_endpoint.s3[0].route_table_ids == toset(["rtb-0123456789abcdef0"])
    error_message = "the S3 endpoint is not in the route tables given"
  }
}

run "endpoints_of_the_adopted_vpc_are_used_instead" {
  command = plan

  variables {
    existing_vpc = {
      vpc_id                      = "vpc-0123456789abcdef0"
      subnet_ids                  = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"]
      endpoint_security_group_ids = ["sg-0123456789abcdef0"]
    }
    endpoints = { s3 = false, sqs = false, secretsmanager = false }
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) + length(aws_vpc_endpoint.s3) + length(aws_security_group.endpoints) == 0
    error_message = "an endpoint is made though the VPC has its own"
  }

  assert {
    condition = one([
      for rule in values(aws_vpc_security_group_egress_rule.lambda_to_existing_endpoints) : rule.from_port == 443 && rule.to_port == 443
      if rule.referenced_security_group_id == "sg-0123456789abcdef0"
    ])
    error_message = "the functions cannot reach the endpoints the VPC has"
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.lambda_to_s3.prefix_list_id == "pl-0123456789abcdef0"
    error_message = "the functions cannot reach S3"
  }
}

run "refuses_an_s3_endpoint_without_route_tables" {
  command = plan

  variables {
    existing_vpc = {
      vpc_id     = "vpc-0123456789abcdef0"
      subnet_ids = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"]
    }
  }

  expect_failures = [aws_vpc_endpoint.s3]
}

run "refuses_to_rely_on_an_endpoint_without_its_security_group" {
  command = plan

  variables {
    endpoints = { s3 = true, s3_policy = "platform", sqs = false, secretsmanager = true, private_dns = true }
  }

  expect_failures = [aws_security_group.lambda]
}

run "refuses_routes_in_an_adopted_vpc" {
  command = plan

  variables {
    oracle_routes = { transit_gateway_id = "tgw-0123456789abcdef0" }
  }

  expect_failures = [aws_security_group.lambda]
}

run "refuses_an_adopted_vpc_without_a_word_on_endpoints" {
  command = plan

  variables {
    endpoints = {}
  }

  expect_failures = [aws_security_group.lambda]
}

run "refuses_an_s3_endpoint_on_shared_route_tables_whose_policy_nobody_chose" {
  command = plan

  variables {
    endpoints = { s3 = true, sqs = true, secretsmanager = true, private_dns = true }
  }

  expect_failures = [aws_security_group.lambda]
}

run "refuses_to_take_over_names_in_a_shared_vpc_unless_told_to" {
  command = plan

  variables {
    endpoints = { s3 = true, s3_policy = "platform", sqs = true, secretsmanager = true }
  }

  expect_failures = [aws_security_group.lambda]
}

run "refuses_a_service_left_open" {
  command = plan

  variables {
    endpoints = { s3 = true, s3_policy = "platform", sqs = true, private_dns = true }
  }

  expect_failures = [aws_security_group.lambda]
}

run "the_vpc_s_names_are_left_alone_where_so_stated" {
  variables {
    endpoints = { s3 = false, sqs = true, secretsmanager = true, private_dns = false }
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : !endpoint.private_dns_enabled])
    error_message = "an endpoint answers for the service's name in the whole VPC"
  }

  assert {
    condition     = keys(output.endpoint_urls) == ["secretsmanager", "sqs"] && alltrue([for url in output.endpoint_urls : startswith(url, "https://")])
    error_message = "the functions are not told how to find the endpoints: ${jsonencode(output.endpoint_urls)}"
  }
}

run "a_vpc_with_a_nat_needs_no_endpoints" {
  command = plan

  variables {
    existing_vpc = {
      vpc_id     = "vpc-0123456789abcdef0"
      subnet_ids = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"]
      nat_cidrs  = ["52.94.0.0/16", "3.8.0.0/14"]
    }
    endpoints = { s3 = false, sqs = false, secretsmanager = false }
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) + length(aws_vpc_endpoint.s3) + length(aws_security_group.endpoints) == 0
    error_message = "an endpoint is made though the VPC has a NAT"
  }

  assert {
    condition = { for cidr, rule in aws_vpc_security_group_egress_rule.lambda_to_nat : cidr => [rule.ip_protocol, rule.from_port, rule.to_port] } == {
      "3.8.0.0/14"   = ["tcp", 443, 443]
      "52.94.0.0/16" = ["tcp", 443, 443]
    }
    error_message = "the functions may reach more or less than AWS's ranges by HTTPS"
  }
}

run "a_plan_without_that_vpc_needs_no_look_up" {
  command = plan

  variables {
    look_up_existing_vpc = false
  }

  assert {
    condition     = length(data.aws_vpc.existing) + length(data.aws_subnet.existing) == 0
    error_message = "the VPC is looked up where it is not there"
  }

  assert {
    condition     = aws_vpc_endpoint.interface["sqs"].subnet_ids == toset(["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"])
    error_message = "the endpoints are not in the subnets given"
  }
}

run "names_of_another_network_are_resolved_by_its_rules" {
  command = plan

  variables {
    resolver_rule_ids = ["rslvr-rr-0123456789abcdef0"]
  }

  assert {
    condition = { for id, association in aws_route53_resolver_rule_association.this : id => association.vpc_id } == {
      "rslvr-rr-0123456789abcdef0" = "vpc-0123456789abcdef0"
    }
    error_message = "the rule does not hold for the VPC"
  }
}
