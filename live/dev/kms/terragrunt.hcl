include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path = "../../_components/kms.hcl"
}

inputs = {
  deletion_window_days = 7
}
