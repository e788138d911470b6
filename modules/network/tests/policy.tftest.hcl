provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
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

run "only_principals_of_the_account_pass_an_endpoint" {
  command = plan

  variables {
    endpoints = { extra = ["kms", "logs", "monitoring", "xray"] }
  }

  assert {
    condition = alltrue([
      for statement in flatten([
        for endpoint in concat(aws_vpc_endpoint.s3, values(aws_vpc_endpoint.interface)) : jsondecode(endpoint.policy).Statement
      ]) : try(statement.Condition.StringEquals["aws:PrincipalAccount"], null) == "123456789012"
    ])
    error_message = "an endpoint gives principals of other accounts access"
  }
}

run "only_the_data_bucket_is_reached_through_the_s3_endpoint" {
  command = plan

  assert {
    condition = toset(flatten([for statement in jsondecode(one(aws_vpc_endpoint.s3).policy).Statement : statement.Resource])) == toset([
      "arn:aws:s3:::csvbatch-test-data",
      "arn:aws:s3:::csvbatch-test-data/*",
    ])
    error_message = "the S3 endpoint leads to something else"
  }
}

run "objects_can_be_read_and_written_but_not_deleted_through_the_s3_endpoint" {
  command = plan

  assert {
    condition     = length(regexall("s3:(Delete|\\*|.*Bypass)", one(aws_vpc_endpoint.s3).policy)) == 0
    error_message = "objects could be deleted through the endpoint"
  }

  assert {
    condition = length(setsubtract(
      ["s3:ListBucketVersions", "s3:GetObjectVersion", "s3:GetObjectVersionTagging", "s3:PutObject", "s3:PutObjectVersionTagging", "s3:AbortMultipartUpload"],
      flatten([for statement in jsondecode(one(aws_vpc_endpoint.s3).policy).Statement : statement.Action]),
    )) == 0
    error_message = "the functions could not do their work through the endpoint"
  }
}

run "only_the_platforms_queue_and_secret_are_reached_and_only_used_through_their_endpoints" {
  command = plan

  assert {
    condition = {
      for service, endpoint in aws_vpc_endpoint.interface : service => one([
        for statement in jsondecode(endpoint.policy).Statement : {
          actions  = toset(flatten([statement.Action]))
          resource = statement.Resource
        }
      ])
      } == {
      sqs = {
        actions = toset([
          "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:SendMessage"
        ])
        resource = var.queue_arn
      }
      secretsmanager = {
        actions  = toset(["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"])
        resource = var.secret_arn
      }
    }
    error_message = "an endpoint leads to something else, or lets more be done with it"
  }
}

run "whoever_shares_the_route_tables_reaches_every_bucket_where_so_stated" {
  command = plan

  variables {
    vpc                  = null
    look_up_existing_vpc = false
    oracle_routes        = null
    existing_vpc = {
      vpc_id          = "vpc-0123456789abcdef0"
      subnet_ids      = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"]
      route_table_ids = ["rtb-0123456789abcdef0"]
    }
    endpoints = { s3 = true, s3_policy = "account", sqs = true, secretsmanager = true, private_dns = true }
  }

  assert {
    condition = anytrue([
      for statement in jsondecode(one(aws_vpc_endpoint.s3).policy).Statement : (
        statement.Action == "s3:*" && statement.Resource == "*" && statement.Condition == { StringEquals = { "aws:PrincipalAccount" = "123456789012" } }
      )
    ])
    error_message = "other users of the VPC lose access to their buckets, or principals of other accounts get access"
  }
}
