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
  account_id           = "111111111111"
  region               = "eu-west-2"
  handler              = "loader.handler.handler"
  architecture         = "arm64"
  memory_mb            = 1024
  timeout_seconds      = 300
  reserved_concurrency = null
  role_arn             = "arn:aws:iam::111111111111:role/csvbatch-test-loader"
  kms_key_arn          = "arn:aws:kms:eu-west-2:111111111111:key/00000000-0000-0000-0000-000000000001"
  subnet_ids           = ["subnet-0a", "subnet-0b"]
  security_group_ids   = ["sg-0a"]
  log_retention_days   = 365
  environment_name     = "test"
  service_name         = "loader"
  log_level            = "INFO"
  bucket_name          = "csvbatch-test-data"
  secret_arn           = "arn:aws:secretsmanager:eu-west-2:111111111111:secret:csvbatch-test-oracle-AbCdEf"
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

run "refuses_a_package_that_is_no_zip" {
  command = plan

  variables {
    package = { bucket = "csvbatch-test-artifacts", key = "lambda/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.tar" }
  }

  expect_failures = [var.package]
}

run "refuses_an_unknown_architecture" {
  command = plan

  variables {
    architecture = "riscv64"
  }

  expect_failures = [var.architecture]
}

run "refuses_a_handler_without_a_module_and_a_runtime_older_than_the_code" {
  command = plan

  variables {
    handler = "handler"
    runtime = "python3.12"
  }

  expect_failures = [var.handler, var.runtime]
}

run "refuses_layers_and_signing_profiles_without_a_version" {
  command = plan

  variables {
    layer_arns                = ["arn:aws:lambda:eu-west-2:111111111111:layer:oracle-client"]
    code_signing_profile_arns = ["arn:aws:signer:eu-west-2:111111111111:/signing-profiles/csvbatch"]
  }

  expect_failures = [var.layer_arns, var.code_signing_profile_arns]
}

run "refuses_more_layers_and_signing_profiles_than_lambda_takes" {
  command = plan

  variables {
    layer_arns                = [for n in range(6) : "arn:aws:lambda:eu-west-2:111111111111:layer:oracle-client:${n}"]
    code_signing_profile_arns = [for n in range(21) : "arn:aws:signer:eu-west-2:111111111111:/signing-profiles/csvbatch/A${n}"]
  }

  expect_failures = [var.layer_arns, var.code_signing_profile_arns]
}

run "refuses_a_timeout_over_900_seconds" {
  command = plan

  variables {
    timeout_seconds = 901
  }

  expect_failures = [var.timeout_seconds]
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

run "refuses_a_concurrency_that_stops_the_function" {
  command = plan

  variables {
    reserved_concurrency = 0
  }

  expect_failures = [var.reserved_concurrency]
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
    role_arn    = "arn:aws:iam::111111111111:user/somebody"
    kms_key_arn = "arn:aws:kms:eu-west-2:111111111111:alias/csvbatch-test"
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

run "refuses_an_oracle_port_the_network_keeps_shut" {
  command = plan

  variables {
    oracle = { host = "oracle.example.internal", port = 1522, service_name = "LOADER", protocol = "tcps" }
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
