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

  oracle = {
    host         = "oracle.prod.example.internal"
    port         = 2484
    protocol     = "tcps"
    service_name = "CSVPROD"
    cidrs        = ["10.1.3.0/28"]
  }
}
