include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path           = "../../_components/eventbridge.hcl"
  merge_strategy = "deep"
}

inputs = {
  schedules = {
    every-five-minutes = { expression = "cron(0/5 * * * ? *)", timezone = "Europe/London", enabled = true }
  }
  object_created = { enabled = false }
}
