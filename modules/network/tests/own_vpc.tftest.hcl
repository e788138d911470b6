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

run "each_zone_has_a_private_subnet_in_its_quarter_of_the_range" {
  command = plan

  assert {
    condition = { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == {
      eu-west-2a = "10.20.0.0/24"
      eu-west-2b = "10.20.1.0/24"
    }
    error_message = "the subnets lie elsewhere"
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.private : subnet.map_public_ip_on_launch != true])
    error_message = "a subnet gives out public addresses"
  }
}

run "third_zone_leaves_the_first_two_where_they_are" {
  command = plan

  variables {
    vpc = { cidr = "10.20.0.0/22", availability_zones = ["eu-west-2a", "eu-west-2b", "eu-west-2c"] }
  }

  assert {
    condition = { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == {
      eu-west-2a = "10.20.0.0/24"
      eu-west-2b = "10.20.1.0/24"
      eu-west-2c = "10.20.2.0/24"
    }
    error_message = "the subnets lie elsewhere"
  }
}

run "endpoints_are_found_by_name" {
  command = plan

  assert {
    condition     = aws_vpc.this[0].enable_dns_support && aws_vpc.this[0].enable_dns_hostnames
    error_message = "names of AWS services would not lead to the endpoints"
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled])
    error_message = "names of AWS services would not lead to the endpoints"
  }
}

run "three_services_have_endpoints_by_default" {
  assert {
    condition = {
      for endpoint in concat(values(aws_vpc_endpoint.interface), aws_vpc_endpoint.s3) : endpoint.service_name => endpoint.vpc_endpoint_type
      } == {
      "com.amazonaws.eu-west-2.s3"             = "Gateway"
      "com.amazonaws.eu-west-2.secretsmanager" = "Interface"
      "com.amazonaws.eu-west-2.sqs"            = "Interface"
    }
    error_message = "other endpoints are made"
  }

  assert {
    condition     = output.endpoint_ids == merge({ for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id }, { s3 = aws_vpc_endpoint.s3[0].id })
    error_message = "endpoint_ids does not name each endpoint by its service"
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.subnet_ids == toset(output.subnet_ids)])
    error_message = "an interface endpoint is missing in a zone"
  }

  assert {
    condition     = aws_vpc_endpoint.s3[0].route_table_ids == toset([aws_route_table.private[0].id])
    error_message = "the subnets have no route to the S3 endpoint"
  }
}

run "further_services_get_endpoints_when_asked" {
  command = plan

  variables {
    endpoints = { extra = ["kms", "logs", "monitoring", "xray"] }
  }

  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["kms", "logs", "monitoring", "secretsmanager", "sqs", "xray"]
    error_message = "the interface endpoints are ${jsonencode(keys(aws_vpc_endpoint.interface))}"
  }
}

run "functions_may_reach_endpoints_s3_and_oracle_and_nothing_else" {
  assert {
    condition = {
      for rule in concat(
        aws_vpc_security_group_egress_rule.lambda_to_endpoints,
        values(aws_vpc_security_group_egress_rule.lambda_to_existing_endpoints),
        [aws_vpc_security_group_egress_rule.lambda_to_s3],
        values(aws_vpc_security_group_egress_rule.lambda_to_oracle),
      ) : coalesce(rule.referenced_security_group_id, rule.prefix_list_id, rule.cidr_ipv4) => [rule.security_group_id, rule.ip_protocol, rule.from_port, rule.to_port]
      } == {
      (aws_security_group.endpoints[0].id)    = [output.lambda_security_group_id, "tcp", 443, 443]
      (aws_vpc_endpoint.s3[0].prefix_list_id) = [output.lambda_security_group_id, "tcp", 443, 443]
      "10.80.4.0/24"                          = [output.lambda_security_group_id, "tcp", 2484, 2484]
    }
    error_message = "the functions may reach more or less than that"
  }
}

run "endpoints_take_calls_from_the_functions_only" {
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.endpoints_from_lambda[0].security_group_id == aws_security_group.endpoints[0].id &&
      aws_vpc_security_group_ingress_rule.endpoints_from_lambda[0].referenced_security_group_id == output.lambda_security_group_id &&
      aws_vpc_security_group_ingress_rule.endpoints_from_lambda[0].from_port == 443 &&
      aws_vpc_security_group_ingress_rule.endpoints_from_lambda[0].to_port == 443
    )
    error_message = "the endpoints take other calls"
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.security_group_ids == toset(aws_security_group.endpoints[*].id)])
    error_message = "an endpoint has another security group"
  }
}

run "default_security_group_is_locked" {
  assert {
    condition     = aws_default_security_group.this[0].vpc_id == output.vpc_id
    error_message = "the default security group of the VPC is not taken over, so it lets everything out"
  }
}

run "traffic_is_logged_to_the_bucket" {
  command = plan

  assert {
    condition = (
      aws_flow_log.this[0].log_destination == "arn:aws:s3:::csvbatch-test-logs/vpc-flow-logs" &&
      aws_flow_log.this[0].log_destination_type == "s3" &&
      aws_flow_log.this[0].traffic_type == "ALL"
    )
    error_message = "not all traffic is logged to the bucket"
  }
}

run "oracle_is_reached_through_an_attached_transit_gateway" {
  assert {
    condition     = { for cidr, route in aws_route.oracle : cidr => route.transit_gateway_id } == { "10.80.4.0/24" = "tgw-0123456789abcdef0" }
    error_message = "oracle's range is not routed to the transit gateway"
  }

  assert {
    condition     = aws_ec2_transit_gateway_vpc_attachment.oracle[0].subnet_ids == toset(output.subnet_ids)
    error_message = "the transit gateway is not attached to each zone"
  }
}

run "oracle_is_reached_through_a_peering_connection" {
  command = plan

  variables {
    oracle_routes = { peering_connection_id = "pcx-0123456789abcdef0" }
  }

  assert {
    condition     = { for cidr, route in aws_route.oracle : cidr => route.vpc_peering_connection_id } == { "10.80.4.0/24" = "pcx-0123456789abcdef0" }
    error_message = "oracle's range is not routed to the peering connection"
  }

  assert {
    condition     = length(aws_ec2_transit_gateway_vpc_attachment.oracle) == 0
    error_message = "a transit gateway is attached although none was given"
  }
}

run "oracle_inside_the_vpc_needs_no_routes" {
  command = plan

  variables {
    oracle        = { cidrs = ["10.20.1.16/28"], port = 1521 }
    oracle_routes = null
  }

  assert {
    condition     = length(aws_route.oracle) == 0
    error_message = "a route is made for a range that is local"
  }
}

run "range_around_the_vpc_may_be_routed" {
  command = plan

  variables {
    oracle = { cidrs = ["10.0.0.0/8"], port = 1521 }
  }

  assert {
    condition     = keys(aws_route.oracle) == ["10.0.0.0/8"]
    error_message = "a range that holds the VPC is not routed"
  }
}

run "warns_of_an_oracle_that_no_route_leads_to" {
  command = plan

  variables {
    oracle_routes = null
  }

  expect_failures = [check.oracle_can_be_reached]
}

run "destroying_waits_for_lambda_to_delete_its_network_interfaces" {
  command = plan

  assert {
    condition = alltrue([
      for waiting in concat([aws_security_group.lambda], aws_security_group.endpoints, values(aws_subnet.private)) : waiting.timeouts.delete == "45m"
    ])
    error_message = "a destroy gives up before Lambda has deleted the network interfaces of the functions"
  }
}

run "warns_of_an_oracle_where_the_vpc_has_no_subnet" {
  command = plan

  variables {
    oracle        = { cidrs = ["10.20.3.16/28"], port = 1521 }
    oracle_routes = null
  }

  expect_failures = [check.oracle_can_be_reached]
}

run "warns_of_a_range_that_is_wider_than_a_subnet" {
  command = plan

  variables {
    oracle        = { cidrs = ["10.20.0.0/23"], port = 1521 }
    oracle_routes = null
  }

  expect_failures = [check.oracle_can_be_reached]
}

run "oracle_may_be_named_by_its_security_group_alone" {
  command = plan

  variables {
    oracle        = { security_group_id = "sg-0123456789abcdef0", port = 1522 }
    oracle_routes = null
  }

  assert {
    condition = [for rule in aws_vpc_security_group_egress_rule.lambda_to_oracle_group : [rule.referenced_security_group_id, rule.ip_protocol, rule.from_port, rule.to_port]] == [
      ["sg-0123456789abcdef0", "tcp", 1522, 1522]
    ]
    error_message = "the functions cannot reach the databases that wear the group"
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.lambda_to_oracle) + length(aws_route.oracle) == 0
    error_message = "something is opened or routed that was not named"
  }
}

run "oracle_may_be_named_by_addresses_and_by_its_security_group" {
  command = plan

  variables {
    oracle = { cidrs = ["10.80.4.0/24"], security_group_id = "222222222222/sg-0123456789abcdef0", port = 2484 }
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.lambda_to_oracle) == 1 && length(aws_vpc_security_group_egress_rule.lambda_to_oracle_group) == 1
    error_message = "one of the two is left out"
  }
}
