include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path = "../../_components/s3_logs.hcl"
}
