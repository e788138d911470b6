# The longest time in minutes between two starts by schedule; the rules are those of expressions.tf.

locals {
  minutes_of = { minute = 1, minutes = 1, hour = 60, hours = 60, day = 1440, days = 1440 }

  rates = { for name, expression in local.expressions : name => try(regex("^([0-9]+) ([a-z]+)$", expression.body), null) if expression.kind == "rate" }

  # cron(FIRST/STEP * * * ? *): the gap at the full hour may be longer than the step.
  stepped = { for name, expression in local.expressions : name => try(regex("^([0-9]+|\\*)/([0-9]+) \\* (?:\\* \\* \\?|\\? \\* \\*) \\*$", expression.body), null) if expression.kind == "cron" }
  steps   = { for name, found in local.stepped : name => { first = found[0] == "*" ? 0 : tonumber(found[0]), step = tonumber(found[1]) } if found != null && try(tonumber(found[1]) > 0, false) }
  gaps    = { for name, at in local.steps : name => max(at.step, 60 - at.step * floor((59 - at.first) / at.step)) }

  told = { for name, expression in local.expressions : name => (
    var.schedules[name].every_minutes != null ? var.schedules[name].every_minutes :
    expression.kind == "rate" ? try(tonumber(local.rates[name][0]) * local.minutes_of[local.rates[name][1]], null) :
    contains(keys(local.gaps), name) ? local.gaps[name] :
    can(regex("^[0-9]+ \\* (\\* \\* \\?|\\? \\* \\*) \\*$", expression.body)) && expression.kind == "cron" ? 60 :
    can(regex("^[0-9]+ [0-9]+ (\\* \\* \\?|\\? \\* \\*) \\*$", expression.body)) && expression.kind == "cron" ? 1440 :
    null
  ) }

  # When clocks go back, Scheduler does not repeat the hour that comes twice; when they go forward, it leaves out a time that
  # does not exist: https://www.repost.aws/zh-Hans/knowledge-center/eventbridge-scheduler-adjust-dst
  # Clocks change at night, between 0:00 and 4:00.
  by_clocks = { for name, expression in local.expressions : name => expression.kind == "cron" && !can(regex("^(UTC$|Etc/)", var.schedules[name].timezone)) }
  at_night  = { for name, expression in local.expressions : name => can(regex("^[0-9]+ 0?[0-3] (\\* \\* \\?|\\? \\* \\*) \\*$", expression.body)) }
  clocks    = { for name, by_clocks in local.by_clocks : name => !by_clocks || var.schedules[name].every_minutes != null ? 0 : local.at_night[name] ? local.minutes_of.day : 60 }

  # The most frequent schedule decides; AWS may delay a start within the flexible window.
  expected = [for name, minutes in local.told : minutes + var.schedules[name].flexible_window_minutes + local.clocks[name] if minutes != null && var.schedules[name].enabled]
}
