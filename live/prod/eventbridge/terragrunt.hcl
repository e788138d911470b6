include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path           = "../../_components/eventbridge.hcl"
  merge_strategy = "deep"
  expose         = true
}

inputs = {
  schedules = {
    every-five-minutes = { expression = "cron(0/5 * * * ? *)", enabled = include.component.locals.common.env.schedule_enabled }
  }
  object_created = { enabled = false }
}
