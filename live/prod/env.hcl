# Everything about prod that more than one component needs.

locals {
  environment = "prod"
  account_id  = "222222222222"
  region      = "eu-west-2"

  # Whether the rules for production hold (tests/infrastructure/test_policy_of_units.py, the policy scan).
  production = true

  deletion_protection = true
  log_retention_days  = 400
  log_level           = "INFO"
  architecture        = "x86_64"

  # The last step of docs/first-day.md: until then there is no ledger for the schedule to work with.
  schedule_enabled = false

  # Concurrent executions reserved for each function; null reserves none. The quota has to be 105 or more for these (100
  # have to stay unreserved); a new account has 10. `preflight` compares.
  reserved_concurrency = { batch_processor = 1, request_handler = 4 }

  oracle = {
    host         = "oracle.prod.example.internal"
    port         = 2484
    protocol     = "tcps"
    service_name = "CSVPROD"
    cidrs        = ["10.1.3.0/28"]
  }
}
