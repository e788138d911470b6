variable "name" {
  description = "Prefix of the environment: the name of the schedule group, and the start of the names of rule, role and dead-letter queue."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,48}$", var.name))
    error_message = "name is \"${var.name}\": use 1 to 48 letters, digits, hyphens or underscores; longer names are built from it."
  }
}

variable "account_id" {
  description = "AWS account of the schedules, 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\": give the 12 digits of the AWS account, as a string."
  }
}

variable "region" {
  description = "AWS region of the schedules."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\": give an AWS region such as eu-west-2."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts schedules and dead letters; its policy must let events.amazonaws.com use it for the queue of dead letters."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn is \"${var.kms_key_arn}\": give the ARN of a KMS key."
  }
}

variable "target" {
  description = "Function that schedules and events start."
  type = object({
    function_name = string
    function_arn  = string
  })

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:lambda:", var.target.function_arn)) && endswith(var.target.function_arn, ":function:${var.target.function_name}")
    error_message = "target.function_arn is \"${var.target.function_arn}\" and target.function_name \"${var.target.function_name}\": give the ARN of the same function."
  }
}

variable "schedules" {
  description = "Schedules by name: cron(), rate() or at() expression, IANA time zone, flexible window in minutes (0 to 1440; 0 = on time), whether it is enabled, and the longest time in minutes between two starts if the expression does not show it (a cron with lists, ranges or days)."
  type = map(object({
    expression              = string
    timezone                = optional(string, "UTC")
    flexible_window_minutes = optional(number, 0)
    enabled                 = bool
    every_minutes           = optional(number)
  }))

  validation {
    condition     = alltrue([for name in keys(var.schedules) : can(regex("^[A-Za-z0-9_.-]{1,64}$", name))])
    error_message = "schedules has the names ${jsonencode(keys(var.schedules))}: use 1 to 64 letters, digits, dots, hyphens or underscores."
  }

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : can(regex("^(UTC|(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific)(/[A-Z][A-Za-z0-9_+-]*){1,2})$", schedule.timezone))])
    error_message = "schedules has the time zones ${jsonencode({ for name, schedule in var.schedules : name => schedule.timezone })}: use UTC or an IANA name such as Europe/London."
  }

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : schedule.flexible_window_minutes >= 0 && schedule.flexible_window_minutes <= 1440 && floor(schedule.flexible_window_minutes) == schedule.flexible_window_minutes])
    error_message = "schedules has the flexible windows ${jsonencode({ for name, schedule in var.schedules : name => schedule.flexible_window_minutes })}: use whole minutes from 0 (on time) to 1440."
  }

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : schedule.every_minutes == null ? true : schedule.every_minutes >= 1 && floor(schedule.every_minutes) == schedule.every_minutes])
    error_message = "schedules has the longest times ${jsonencode({ for name, schedule in var.schedules : name => schedule.every_minutes })} between two starts: use whole minutes from 1, or null."
  }
}

variable "retry" {
  description = "How often (0 to 185) and for how long (60 to 86400 seconds) an invocation is retried before it becomes a dead letter."
  type = object({
    maximum_attempts    = number
    maximum_age_seconds = number
  })

  validation {
    condition     = var.retry.maximum_attempts >= 0 && var.retry.maximum_attempts <= 185 && floor(var.retry.maximum_attempts) == var.retry.maximum_attempts
    error_message = "retry.maximum_attempts is ${var.retry.maximum_attempts}: use a whole number from 0 to 185."
  }

  validation {
    condition     = var.retry.maximum_age_seconds >= 60 && var.retry.maximum_age_seconds <= 86400 && floor(var.retry.maximum_age_seconds) == var.retry.maximum_age_seconds
    error_message = "retry.maximum_age_seconds is ${var.retry.maximum_age_seconds}: use whole seconds from 60 to 86400."
  }
}

variable "object_created" {
  description = "Whether an object that arrives in the bucket under the prefix starts the function immediately."
  type = object({
    enabled     = bool
    bucket_name = string
    prefix      = optional(string, "incoming/")
  })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.object_created.bucket_name))
    error_message = "object_created.bucket_name is \"${var.object_created.bucket_name}\": give the name of an S3 bucket, not its ARN or address."
  }

  validation {
    condition     = can(regex("^[^/].*/$", var.object_created.prefix))
    error_message = "object_created.prefix is \"${var.object_created.prefix}\": give a prefix such as incoming/. The function writes into the same bucket; without a prefix its own objects would start it again."
  }
}

variable "dead_letter_retention_seconds" {
  description = "Seconds for which dead letters are kept (60 to 1209600)."
  type        = number
  default     = 1209600

  validation {
    condition     = var.dead_letter_retention_seconds >= 60 && var.dead_letter_retention_seconds <= 1209600 && floor(var.dead_letter_retention_seconds) == var.dead_letter_retention_seconds
    error_message = "dead_letter_retention_seconds is ${var.dead_letter_retention_seconds}: use whole seconds from 60 to 1209600 (14 days)."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the scheduler's role; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${coalesce(var.permissions_boundary_arn, "null")}\": give the ARN of an IAM policy, or null."
  }
}
