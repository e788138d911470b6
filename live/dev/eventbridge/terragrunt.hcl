include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path           = "../../_components/eventbridge.hcl"
  merge_strategy = "deep"
}

inputs = {
  schedules = {
    every-quarter-hour = { expression = "rate(15 minutes)", enabled = false }
  }
  object_created = { enabled = false }
}
