include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path = "../../_components/lambda_request_handler.hcl"
}
