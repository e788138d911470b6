# Everything about dev that more than one component needs.

locals {
  environment = "dev"
  account_id  = "111111111111"
  region      = "eu-west-2"

  deletion_protection = false
  log_retention_days  = 365
  log_level           = "DEBUG"
  architecture        = "x86_64"

  oracle = {
    host         = "oracle.dev.example.internal"
    port         = 2484
    protocol     = "tcps"
    service_name = "CSVDEV"
    cidrs        = ["10.0.3.0/28"]
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
