variable "name" {
  description = "Name of the dashboard, and prefix of the names of topic and alarms."
  type        = string

  validation {
    # The topic's display name, "Alarms of <name>", has at most 100 characters:
    # https://docs.aws.amazon.com/sns/latest/dg/sns-create-topic.html
    condition     = can(regex("^[A-Za-z0-9_-]{1,90}$", var.name))
    error_message = "name is \"${var.name}\": use 1 to 90 letters, digits, hyphens or underscores."
  }
}

variable "account_id" {
  description = "AWS account of the alarms, 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\": give the 12 digits of the AWS account, as a string."
  }
}

variable "region" {
  description = "AWS region of the alarms."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\": give an AWS region such as eu-west-2."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts notifications; its policy must let cloudwatch.amazonaws.com use it for this account."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn is \"${var.kms_key_arn}\": give the ARN of a KMS key."
  }
}

variable "queue" {
  description = "Queue of chunks, its dead-letter queue, the age in seconds above which a waiting chunk is late, and the seconds from one failure of a chunk to the next (60 to 86400; above the visibility timeout), for which the alarms on single failures ring."
  type = object({
    name                   = string
    dead_letter_name       = string
    max_age_seconds        = number
    failure_window_seconds = optional(number, 900)
  })

  validation {
    condition     = var.queue.max_age_seconds >= 60 && var.queue.max_age_seconds <= 1209600 && floor(var.queue.max_age_seconds) == var.queue.max_age_seconds
    error_message = "queue.max_age_seconds is ${var.queue.max_age_seconds}: use whole seconds from 60 to 1209600, the longest a queue keeps a message."
  }

  validation {
    # A period of less than an hour, once or several times, is at most a day:
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    condition     = var.queue.failure_window_seconds >= 60 && var.queue.failure_window_seconds <= 86400
    error_message = "queue.failure_window_seconds is ${var.queue.failure_window_seconds}: use 60 to 86400 seconds, the longest period of an alarm."
  }
}

variable "batches" {
  description = "Age in seconds above which an open batch is late (60 to 1209600)."
  type = object({
    max_age_seconds = number
  })
  default = { max_age_seconds = 14400 }

  validation {
    condition     = var.batches.max_age_seconds >= 60 && var.batches.max_age_seconds <= 1209600 && floor(var.batches.max_age_seconds) == var.batches.max_age_seconds
    error_message = "batches.max_age_seconds is ${var.batches.max_age_seconds}: use whole seconds from 60 to 1209600 (14 days)."
  }
}

variable "functions" {
  description = "Functions by role: name, timeout in seconds, dead-letter queue, whether throttles raise an alarm (not where events may have to wait for a reserved concurrency), and the namespace and the service under which it reports metrics (null for none; alarms on them are those of batch_processor and request_handler)."
  type = map(object({
    name                   = string
    timeout_seconds        = number
    dead_letter_queue_name = string
    alarm_on_throttles     = optional(bool, true)
    metrics                = optional(object({ namespace = string, service = string }))
  }))

  validation {
    condition     = length(var.functions) > 0 && alltrue([for key in keys(var.functions) : can(regex("^[a-z][a-z0-9_-]*$", key)) && !contains(["chunks", "schedules"], key)])
    error_message = "functions has the keys ${jsonencode(keys(var.functions))}: give at least one, of lower-case letters, digits, hyphens or underscores; chunks and schedules are reserved for the queues."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : function.timeout_seconds >= 1 && function.timeout_seconds <= 900])
    error_message = "functions has the timeouts ${jsonencode({ for key, function in var.functions : key => function.timeout_seconds })}: use 1 to 900 seconds, as the functions do."
  }
}

variable "schedules" {
  description = "Schedule group, the dead-letter queue of schedules and rule, the rule's name (null for no rule), and the longest time in minutes between two starts of the batch processor by schedule (null if none is enabled)."
  type = object({
    group_name             = string
    dead_letter_queue_name = string
    rule_name              = optional(string)
    every_minutes          = optional(number)
  })

  validation {
    condition     = var.schedules.every_minutes == null ? true : var.schedules.every_minutes >= 1 && floor(var.schedules.every_minutes) == var.schedules.every_minutes
    error_message = "schedules.every_minutes is ${jsonencode(var.schedules.every_minutes)}: use a whole number of minutes from 1, or null where no schedule is enabled."
  }
}

variable "notify" {
  description = "Who is notified of alarms: e-mail addresses (each must confirm), https endpoints, and ARNs of more SNS topics."
  type = object({
    email_addresses = optional(list(string), [])
    https_endpoints = optional(list(string), [])
    topic_arns      = optional(list(string), [])
  })

  validation {
    condition     = alltrue([for address in var.notify.email_addresses : can(regex("^[^@ ]+@[^@ ]+\\.[^@ .]+$", address))])
    error_message = "notify.email_addresses is ${jsonencode(var.notify.email_addresses)}: each must be an e-mail address."
  }

  validation {
    condition     = alltrue([for endpoint in var.notify.https_endpoints : startswith(endpoint, "https://")])
    error_message = "notify.https_endpoints holds an address that does not start with https://: alarms are sent over TLS only."
  }

  validation {
    condition     = length(var.notify.topic_arns) <= 4 && alltrue([for arn in var.notify.topic_arns : can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", arn))])
    error_message = "notify.topic_arns is ${jsonencode(var.notify.topic_arns)}: give at most 4 ARNs of standard SNS topics (an alarm has at most 5 actions, and one is the module's own topic)."
  }
}

variable "runbooks" {
  description = "Where the runbooks are, without a slash at the end; each alarm's description names its page."
  type        = string
  default     = "docs/runbooks"

  validation {
    # A description has at most 1024 characters: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    condition     = can(regex("^[!-~]{1,256}$", var.runbooks)) && !endswith(var.runbooks, "/")
    error_message = "runbooks is \"${var.runbooks}\": give a folder or an address of 1 to 256 visible ASCII characters, without a slash at the end."
  }
}

variable "require_target" {
  description = "Whether a plan fails if nobody is notified of alarms."
  type        = bool
}
