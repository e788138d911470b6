include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path = "../../_components/ci_roles.hcl"
}
