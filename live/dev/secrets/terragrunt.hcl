include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path = "../../_components/secrets.hcl"
}
