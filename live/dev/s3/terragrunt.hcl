include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path = "../../_components/s3.hcl"
}
