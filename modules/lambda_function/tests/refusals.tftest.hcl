mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

variables {
  function_name        = "csvbatch-test-loader"
  description          = "Loads chunks"
  account_id           = "123456789012"
  region               = "eu-west-2"
  handler              = "loader.handler.handler"
  architecture         = "arm64"
  memory_mb            = 1024
  timeout_seconds      = 300
  reserved_concurrency = null
  role_arn             = "arn:aws:iam::123456789012:role/csvbatch-test-loader"
  kms_key_arn          = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000001"
  subnet_ids           = ["subnet-0a", "subnet-0b"]
  security_group_ids   = ["sg-0a"]
  log_retention_days   = 365
  environment_name     = "test"
  service_name         = "loader"
  log_level            = "INFO"
  bucket_name          = "csvbatch-test-data"
  secret_arn           = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:csvbatch-test-oracle-AbCdEf"
  environment          = { CSVBATCH_CHUNK_BYTES = "1048576" }

  package = {
    bucket = "csvbatch-test-artifacts"
    key    = "lambda/loader/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.zip"
  }

  oracle = {
    host         = "oracle.example.internal"
    port         = 2484
    service_name = "LOADER.EXAMPLE"
    protocol     = "tcps"
  }
}

run "refuses_names_out_of_form" {
  command = plan

  variables {
    function_name    = "csvbatch test"
    description      = ""
    account_id       = "1111"
    region           = "eu-west-2a"
    environment_name = "Test"
  }

  expect_failures = [
    var.function_name,
    var.description,
    var.account_id,
    var.region,
    var.environment_name,
  ]
}

run "refuses_a_package_key_without_a_digest" {
  command = plan

  variables {
    package = { bucket = "csvbatch-test-artifacts", key = "lambda/loader/latest.zip" }
  }

  expect_failures = [var.package]
}

run "refuses_a_package_that_is_no_zip_and_an_unknown_architecture_and_a_handler_without_a_module_and_a_runtime_older_than_the_code" {
  command = plan

  variables {
    package      = { bucket = "csvbatch-test-artifacts", key = "lambda/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.tar" }
    architecture = "riscv64"
    handler      = "handler"
    runtime      = "python3.12"
  }

  expect_failures = [var.package, var.architecture, var.handler, var.runtime]
}

run "refuses_layers_and_signing_profiles_without_a_version_and_a_timeout_over_900_seconds_and_a_concurrency_that_stops_the_function" {
  command = plan

  variables {
    layer_arns                = ["arn:aws:lambda:eu-west-2:123456789012:layer:oracle-client"]
    code_signing_profile_arns = ["arn:aws:signer:eu-west-2:123456789012:/signing-profiles/csvbatch"]
    timeout_seconds           = 901
    reserved_concurrency      = 0
  }

  expect_failures = [var.layer_arns, var.code_signing_profile_arns, var.timeout_seconds, var.reserved_concurrency]
}

run "refuses_more_layers_and_signing_profiles_than_lambda_takes_and_a_privileged_port_of_oracle_and_an_endpoint_without_tls" {
  command = plan

  variables {
    layer_arns                = [for n in [0, 1, 2, 3, 4, 5] : "arn:aws:lambda:eu-west-2:123456789012:layer:oracle-client:${n}"]
    code_signing_profile_arns = [for n in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20] : "arn:aws:signer:eu-west-2:123456789012:/signing-profiles/csvbatch/A${n}"]
    oracle                    = { host = "oracle.example.internal", port = 443, service_name = "LOADER", protocol = "tcps" }
    endpoint_urls             = { sqs = "http://vpce-1-a.sqs.eu-west-2.vpce.amazonaws.com" }
  }

  expect_failures = [var.layer_arns, var.code_signing_profile_arns, var.oracle, var.endpoint_urls]
}

run "refuses_sizes_lambda_does_not_have" {
  command = plan

  variables {
    memory_mb                 = 127
    ephemeral_storage_mb      = 10241
    timeout_seconds           = 0.5
    maximum_event_age_seconds = 21601
    log_retention_days        = 42
  }

  expect_failures = [
    var.memory_mb,
    var.ephemeral_storage_mb,
    var.timeout_seconds,
    var.maximum_event_age_seconds,
    var.log_retention_days,
  ]
}

run "refuses_a_function_outside_of_a_vpc" {
  command = plan

  variables {
    subnet_ids         = []
    security_group_ids = []
  }

  expect_failures = [var.subnet_ids, var.security_group_ids]
}

run "refuses_identifiers_of_other_things" {
  command = plan

  variables {
    role_arn    = "arn:aws:iam::123456789012:user/somebody"
    kms_key_arn = "arn:aws:kms:eu-west-2:123456789012:alias/csvbatch-test"
    bucket_name = "arn:aws:s3:::csvbatch-test-data"
    secret_arn  = "not-an-arn"
  }

  expect_failures = [
    var.role_arn,
    var.kms_key_arn,
    var.bucket_name,
    var.secret_arn,
  ]
}

run "refuses_a_log_level_that_drops_metrics" {
  command = plan

  variables {
    log_level = "WARNING"
  }

  expect_failures = [var.log_level]
}

run "refuses_credentials_in_the_database_host" {
  command = plan

  variables {
    oracle = { host = "loader:example@oracle.example.internal", port = 2484, service_name = "LOADER", protocol = "tcps" }
  }

  expect_failures = [var.oracle]
}

run "refuses_an_oracle_service_name_with_a_query" {
  command = plan

  variables {
    oracle = { host = "oracle.example.internal", port = 2484, service_name = "LOADER?wallet=x", protocol = "tcps" }
  }

  expect_failures = [var.oracle]
}

run "refuses_an_unknown_oracle_protocol" {
  command = plan

  variables {
    oracle = { host = "oracle.example.internal", port = 2484, service_name = "LOADER", protocol = "beq" }
  }

  expect_failures = [var.oracle]
}

run "refuses_a_port_of_oracle_that_is_no_port" {
  command = plan

  variables {
    oracle = { host = "oracle.example.internal", port = 65536, service_name = "LOADER", protocol = "tcps" }
  }

  expect_failures = [var.oracle]
}

run "refuses_a_schema_that_is_no_name" {
  command = plan

  variables {
    oracle = { host = "oracle.example.internal", port = 2484, service_name = "LOADER", protocol = "tcps", schema = "LOADER;DROP" }
  }

  expect_failures = [var.oracle]
}

run "refuses_a_wallet_without_tls" {
  command = plan

  variables {
    oracle = { host = "oracle.example.internal", port = 2484, service_name = "LOADER", protocol = "tcp", wallet = "/var/task/wallet" }
  }

  expect_failures = [var.oracle]
}

run "refuses_a_wallet_that_a_function_cannot_read" {
  command = plan

  variables {
    oracle = { host = "oracle.example.internal", port = 2484, service_name = "LOADER", protocol = "tcps", wallet = "C:/wallet" }
  }

  expect_failures = [var.oracle]
}

run "refuses_a_wallet_beside_a_file_of_authorities" {
  command = plan

  variables {
    oracle = { host = "oracle.example.internal", port = 2484, service_name = "LOADER", protocol = "tcps", wallet = "/var/task/wallet", ca = "/var/task/ca.pem" }
  }

  expect_failures = [var.oracle]
}

run "refuses_a_file_of_authorities_in_thick_mode" {
  command = plan

  variables {
    oracle     = { host = "oracle.example.internal", port = 2484, service_name = "LOADER", protocol = "tcps", ca = "/var/task/ca.pem", thick = true }
    layer_arns = ["arn:aws:lambda:eu-west-2:123456789012:layer:oracle-client:3"]
  }

  expect_failures = [var.oracle]
}

run "refuses_thick_mode_without_a_layer" {
  command = plan

  variables {
    oracle = { host = "oracle.example.internal", port = 2484, service_name = "LOADER", protocol = "tcps", thick = true }
  }

  expect_failures = [aws_lambda_function.this]
}

run "refuses_a_wallet_of_a_layer_without_a_layer" {
  command = plan

  variables {
    oracle = { host = "oracle.example.internal", port = 2484, service_name = "LOADER", protocol = "tcps", wallet = "/opt/wallet" }
  }

  expect_failures = [aws_lambda_function.this]
}
