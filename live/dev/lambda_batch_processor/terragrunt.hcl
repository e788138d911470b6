include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path = "../../_components/lambda_batch_processor.hcl"
}
