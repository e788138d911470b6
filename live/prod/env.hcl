# Everything about prod that more than one component needs.

locals {
  environment = "prod"
  account_id  = "222222222222"
  region      = "eu-west-2"

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

  # On every resource beside project, environment and component, for whoever asks who owns it and who pays.
  tags = {
    owner       = "data-platform"
    cost_center = "csv-loading"
  }

  # The policy that bounds every role made here, where the account demands one (its ARN).
  permissions_boundary_arn = null

  # Roles or users of other accounts that put files: [{ principal_arns = ["…"], prefix = "incoming/orders/" }].
  producers = []
}
