include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path = "../../_components/monitoring.hcl"
}

inputs = {
  require_target = true
  notify         = { email_addresses = ["csv-on-call@example.com"] }
}
