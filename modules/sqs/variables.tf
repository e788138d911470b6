variable "name" {
  description = "Name of the queue; its dead-letter queue is `<name>-dead-letters`."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,67}$", var.name))
    error_message = "name is \"${var.name}\": use 1 to 67 letters, digits, hyphens and underscores, so that SQS's limit of 80 holds for <name>-dead-letters too."
  }
}

variable "account_id" {
  description = "AWS account that owns the queues, 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\": give the 12 digits of the AWS account, as a string."
  }
}

variable "region" {
  description = "AWS region of the queues, such as eu-west-2."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\": give the code of an AWS region, such as eu-west-2."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the messages of both queues."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is \"${var.kms_key_arn}\": give the ARN of a key (arn:aws:kms:<region>:<account>:key/<id>), not an alias."
  }
}

variable "kms_data_key_reuse" {
  description = "Seconds for which SQS reuses a data key before it calls KMS again (60 to 86400)."
  type        = number
  default     = 300

  validation {
    condition     = var.kms_data_key_reuse >= 60 && var.kms_data_key_reuse <= 86400 && floor(var.kms_data_key_reuse) == var.kms_data_key_reuse
    error_message = "kms_data_key_reuse is ${var.kms_data_key_reuse}: SQS accepts a whole number of seconds from 60 to 86400."
  }
}

variable "visibility_timeout_seconds" {
  description = "Seconds for which a received message is hidden from other receivers (0 to 43200); at least 6 times consumer_timeout_seconds."
  type        = number

  validation {
    condition     = var.visibility_timeout_seconds >= 0 && var.visibility_timeout_seconds <= 43200 && floor(var.visibility_timeout_seconds) == var.visibility_timeout_seconds
    error_message = "visibility_timeout_seconds is ${var.visibility_timeout_seconds}: SQS accepts a whole number of seconds from 0 to 43200."
  }
}

variable "consumer_timeout_seconds" {
  description = "Timeout in seconds of the function that receives the messages (1 to 900)."
  type        = number

  validation {
    condition     = var.consumer_timeout_seconds >= 1 && var.consumer_timeout_seconds <= 900 && floor(var.consumer_timeout_seconds) == var.consumer_timeout_seconds
    error_message = "consumer_timeout_seconds is ${var.consumer_timeout_seconds}: Lambda accepts a whole number of seconds from 1 to 900."
  }
}

variable "message_retention_seconds" {
  description = "Seconds for which a message is kept (60 to 1209600); more than max_receive_count times visibility_timeout_seconds."
  type        = number

  validation {
    condition     = var.message_retention_seconds >= 60 && var.message_retention_seconds <= 1209600 && floor(var.message_retention_seconds) == var.message_retention_seconds
    error_message = "message_retention_seconds is ${var.message_retention_seconds}: SQS accepts a whole number of seconds from 60 to 1209600 (14 days)."
  }
}

variable "dead_letter_retention_seconds" {
  description = "Seconds for which a dead letter is kept, counted from when it was first sent (60 to 1209600); more than message_retention_seconds."
  type        = number

  validation {
    condition     = var.dead_letter_retention_seconds >= 60 && var.dead_letter_retention_seconds <= 1209600 && floor(var.dead_letter_retention_seconds) == var.dead_letter_retention_seconds
    error_message = "dead_letter_retention_seconds is ${var.dead_letter_retention_seconds}: SQS accepts a whole number of seconds from 60 to 1209600 (14 days)."
  }
}

variable "max_receive_count" {
  description = "How often a message may be received before it becomes a dead letter (5 to 1000)."
  type        = number

  validation {
    # 1 to 1,000 by AWS's construct for such queues, which also names 5:
    # https://aws.github.io/modern-data-architecture-accelerator/typedocs/interfaces/_aws-mdaa_dataops-lambda-l3-construct.QueueDlqProps.html
    condition     = var.max_receive_count >= 5 && var.max_receive_count <= 1000 && floor(var.max_receive_count) == var.max_receive_count
    error_message = "max_receive_count is ${var.max_receive_count}: use a whole number from 5 to 1000. Under 5, throttling of the consumer turns healthy messages into dead letters."
  }
}

variable "deletion_protection" {
  description = "Whether any plan that would destroy the queues or change their names fails."
  type        = bool
}
