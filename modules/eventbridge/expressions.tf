# AWS would reject a wrong expression only in the middle of an apply. The rules are those of
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html

locals {
  cron_months = "0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
  cron_days   = "[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT"
  cron_dates  = "0?[1-9]|[12][0-9]|3[01]"
  cron_step   = "(/[1-9][0-9]*)?"

  # In order: the pattern of one value, whether steps (/) are allowed, and what else is allowed besides lists and ranges.
  cron_fields = [
    { name = "minutes", value = "[0-5]?[0-9]", step = local.cron_step, special = [] },
    { name = "hours", value = "[01]?[0-9]|2[0-3]", step = local.cron_step, special = [] },
    { name = "day-of-month", value = local.cron_dates, step = local.cron_step, special = ["\\?", "L", "LW", "(${local.cron_dates})W"] },
    { name = "month", value = local.cron_months, step = local.cron_step, special = [] },
    { name = "day-of-week", value = local.cron_days, step = "", special = ["\\?", "L", "(${local.cron_days})L", "(${local.cron_days})#[1-5]"] },
    { name = "year", value = "19[7-9][0-9]|20[0-9]{2}|21[0-9]{2}", step = local.cron_step, special = [] },
  ]

  cron_items    = [for field in local.cron_fields : "(\\*|(${field.value})(-(${field.value}))?)${field.step}"]
  cron_patterns = [for index, item in local.cron_items : "^(${join("|", concat(["${item}(,${item})*"], local.cron_fields[index].special))})$"]

  expressions = { for name, schedule in var.schedules : name => {
    kind = try(regex("^(cron|rate|at)\\(.*\\)$", schedule.expression)[0], "")
    body = try(regex("^[a-z]+\\((.*)\\)$", schedule.expression)[0], "")
  } }

  cron_parts = { for name, expression in local.expressions : name => split(" ", expression.body) if expression.kind == "cron" }

  cron_problems = { for name, parts in local.cron_parts : name => (
    length(parts) != length(local.cron_fields)
    ? ["cron() needs 6 fields (${join(", ", local.cron_fields[*].name)}), separated by single spaces, but has ${length(parts)}"]
    : concat(
      [for index, part in parts : "\"${part}\" is not a valid value for ${local.cron_fields[index].name}" if !can(regex(local.cron_patterns[index], part))],
      length([for index in [2, 4] : index if parts[index] == "?"]) == 1 ? [] : ["exactly one of day-of-month and day-of-week must be ?"],
    )
  ) }

  problems = { for name, expression in local.expressions : name => (
    expression.kind == "cron" ? join("; ", local.cron_problems[name]) :
    expression.kind == "rate" ? (
      can(regex("^(1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))$", expression.body)) ? "" :
      "rate() needs a whole number above 0 and a unit, such as rate(1 minute), rate(2 hours) or rate(3 days)"
    ) :
    expression.kind == "at" ? (
      can(regex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$", expression.body)) && can(timeadd("${expression.body}Z", "0s")) ? "" :
      "at() needs an existing date and time as yyyy-mm-ddThh:mm:ss"
    ) :
    "use cron(…), rate(…) or at(…)"
  ) }
}
