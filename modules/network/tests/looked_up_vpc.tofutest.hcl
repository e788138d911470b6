# What OpenTofu can test of looked_up_vpc.tftest.hcl: it overrides every instance of a data source alike.

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
  endpoints       = { s3 = true, s3_policy = "platform", sqs = true, secretsmanager = true, private_dns = true }
  oracle          = { cidrs = ["10.80.4.0/24"], port = 2484 }
  data_bucket_arn = "arn:aws:s3:::csvbatch-test-data"
  queue_arn       = "arn:aws:sqs:eu-west-2:123456789012:csvbatch-test-chunks"
  secret_arn      = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-a1b2c3"
}

run "refuses_a_subnet_of_another_vpc" {
  command = plan

  override_data {
    target = data.aws_subnet.existing
    values = { vpc_id = "vpc-0fedcba9876543210", availability_zone = "eu-west-2b" }
  }

  expect_failures = [data.aws_subnet.existing]
}

run "refuses_subnets_of_a_single_zone" {
  command = plan

  override_data {
    target = data.aws_subnet.existing
    values = { vpc_id = "vpc-0123456789abcdef0", availability_zone = "eu-west-2b" }
  }

  expect_failures = [aws_security_group.lambda]
}
