# Everything about dev that more than one component needs.

locals {
  environment = "dev"
  account_id  = "111111111111"
  region      = "eu-west-2"

  # Whether the rules for production hold (tests/infrastructure/test_policy_of_units.py, the policy scan).
  production = false

  deletion_protection = false
  log_retention_days  = 365
  log_level           = "DEBUG"
  architecture        = "x86_64"

  # The last step of docs/first-day.md: until then there is no ledger for the schedule to work with.
  schedule_enabled = false

  # Concurrent executions reserved for each function; null reserves none. A new account, whose quota is 10, refuses any.
  reserved_concurrency = { batch_processor = null, request_handler = null }

  oracle = {
    host         = "oracle.dev.example.internal"
    port         = 2484
    protocol     = "tcps"
    service_name = "CSVDEV"
    cidrs        = ["10.0.3.0/28"]
  }
}
