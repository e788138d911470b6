# What a look-up of an adopted VPC finds. looked_up_vpc.tofutest.hcl takes its place in OpenTofu, which cannot override single
# instances: https://github.com/opentofu/opentofu/issues/3264

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

override_data {
  target = data.aws_subnet.existing["subnet-0aaaaaaaaaaaaaaa1"]
  values = { vpc_id = "vpc-0123456789abcdef0", availability_zone = "eu-west-2a" }
}

override_data {
  target = data.aws_subnet.existing["subnet-0bbbbbbbbbbbbbbb1"]
  values = { vpc_id = "vpc-0123456789abcdef0", availability_zone = "eu-west-2b" }
}

override_data {
  target = data.aws_subnet.existing["subnet-0bbbbbbbbbbbbbbb2"]
  values = { vpc_id = "vpc-0123456789abcdef0", availability_zone = "eu-west-2b" }
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
  endpoints       = { s3 = true, s3_policy = "platform", sqs = true, secretsmanager = true, private_dns = true }
  oracle          = { cidrs = ["10.80.4.0/24"], port = 2484 }
  data_bucket_arn = "arn:aws:s3:::csvbatch-test-data"
  queue_arn       = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
  secret_arn      = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-a1b2c3"
}

run "interface_endpoints_take_one_subnet_a_zone" {
  command = plan

  variables {
    existing_vpc = {
      vpc_id          = "vpc-0123456789abcdef0"
      subnet_ids      = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1", "subnet-0bbbbbbbbbbbbbbb2"]
      route_table_ids = ["rtb-0123456789abcdef0"]
    }
  }

  assert {
    condition     = aws_vpc_endpoint.interface["sqs"].subnet_ids == toset(["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"])
    error_message = "AWS refuses two subnets of one zone"
  }
}

run "refuses_a_subnet_of_another_vpc" {
  command = plan

  override_data {
    target = data.aws_subnet.existing["subnet-0bbbbbbbbbbbbbbb1"]
    values = { vpc_id = "vpc-0fedcba9876543210", availability_zone = "eu-west-2b" }
  }

  expect_failures = [data.aws_subnet.existing["subnet-0bbbbbbbbbbbbbbb1"]]
}

run "refuses_interface_endpoints_where_names_are_not_resolved" {
  command = plan

  override_data {
    target = data.aws_vpc.existing
    values = { enable_dns_support = true, enable_dns_hostnames = false }
  }

  expect_failures = [data.aws_vpc.existing]
}

run "refuses_subnets_of_a_single_zone" {
  command = plan

  variables {
    existing_vpc = {
      vpc_id          = "vpc-0123456789abcdef0"
      subnet_ids      = ["subnet-0bbbbbbbbbbbbbbb1", "subnet-0bbbbbbbbbbbbbbb2"]
      route_table_ids = ["rtb-0123456789abcdef0"]
    }
  }

  expect_failures = [aws_security_group.lambda]
}

run "names_need_no_dns_of_the_vpc_where_they_are_left_alone" {
  command = plan

  override_data {
    target = data.aws_vpc.existing
    values = { enable_dns_support = true, enable_dns_hostnames = false }
  }

  variables {
    endpoints = { s3 = false, sqs = true, secretsmanager = true, private_dns = false }
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) == 2
    error_message = "the endpoints are not made"
  }
}
