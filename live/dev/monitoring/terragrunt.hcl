include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path = "../../_components/monitoring.hcl"
}

inputs = {
  require_target = false
  notify         = { email_addresses = [] }
}
