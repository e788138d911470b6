# What both functions share is validated in ../lambda_function.

# Identity

variable "function_name" {
  description = "Name of the function; its log group and its dead-letter queue are named after it."
  type        = string
}

variable "account_id" {
  description = "AWS account that owns the function, 12 digits."
  type        = string
}

variable "region" {
  description = "AWS region of the function."
  type        = string
}

variable "environment_name" {
  description = "Environment the function belongs to, such as dev."
  type        = string
}

# Code

variable "package" {
  description = "The function's zip: bucket, and key with the 64-digit content digest of the zip."
  type = object({
    bucket = string
    key    = string
  })
}

variable "runtime" {
  description = "Lambda runtime; Python 3.13 or later."
  type        = string
  default     = "python3.13"
}

variable "architecture" {
  description = "Processor architecture of the package: x86_64 or arm64."
  type        = string
}

variable "layer_arns" {
  description = "Layer versions, such as Oracle's client for thick mode; at most 5."
  type        = list(string)
  default     = []
}

variable "code_signing_profile_arns" {
  description = "AWS Signer profile versions whose signatures are accepted, at most 20; if any is given, unsigned code is rejected at deployment."
  type        = list(string)
  default     = []
}

# Size

variable "memory_mb" {
  description = "Memory in MB; CPU grows with it."
  type        = number
}

variable "ephemeral_storage_mb" {
  description = "Ephemeral storage in MB."
  type        = number
  default     = 512
}

variable "timeout_seconds" {
  description = "Timeout of one invocation in seconds."
  type        = number
}

variable "reserved_concurrency" {
  description = "Reserved concurrency of the function, which is also its limit; at least event_source.maximum_concurrency. Null or -1 reserves none."
  type        = number
  default     = null
}

variable "maximum_event_age_seconds" {
  description = "Seconds for which Lambda keeps an asynchronous event that it cannot start."
  type        = number
  default     = 21600
}

# Role, key, network and logs

variable "role_arn" {
  description = "ARN of the execution role."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the environment variables, the log group and the dead-letter queue."
  type        = string
}

variable "subnet_ids" {
  description = "IDs of the private subnets of the function."
  type        = list(string)
}

variable "security_group_ids" {
  description = "IDs of the security groups of the function, 1 to 5."
  type        = list(string)
}

variable "endpoint_urls" {
  description = "URLs of VPC endpoints by service (sqs, secretsmanager), for endpoints without private DNS; empty with private DNS."
  type        = map(string)
  default     = {}
}

variable "log_retention_days" {
  description = "Days for which log events are kept; one of the periods of CloudWatch Logs."
  type        = number
}

variable "metrics_namespace" {
  description = "CloudWatch namespace of the function's own metrics; one per environment if several share an account."
  type        = string
  default     = "csvbatch"
}

variable "log_level" {
  description = "Minimum log level: DEBUG or INFO."
  type        = string
}

# Work

variable "bucket_name" {
  description = "Name of the data bucket."
  type        = string
}

variable "secret_arn" {
  description = "ARN of the Secrets Manager secret with the database user and password."
  type        = string
}

variable "oracle" {
  description = "How to connect to the database: host name or IPv4 address, port, service name, protocol (tcp or tcps); schema of unqualified table names (null: the user's own); for tcps, a wallet (directory) or a ca (PEM file) from the package or a layer (null: the secret's ca_pem, or else the system's authorities), and whether certificates are checked as strictly as in Python 3.13; thick to use Oracle's client, which a layer of layer_arns provides."
  type = object({
    host         = string
    port         = number
    service_name = string
    protocol     = string
    schema       = optional(string)
    wallet       = optional(string)
    ca           = optional(string)
    tls_strict   = optional(bool, true)
    thick        = optional(bool, false)
  })
}

# Messages

variable "max_receive_count" {
  description = "Deliveries after which the queue gives a message up, as its redrive policy says; after the last one the function marks the chunk dead."
  type        = number

  validation {
    condition     = var.max_receive_count >= 1 && var.max_receive_count <= 1000 && floor(var.max_receive_count) == var.max_receive_count
    error_message = "max_receive_count is ${var.max_receive_count}: use the queue's own, a whole number from 1 to 1000."
  }
}

variable "event_source" {
  description = "Queue of chunks and how it is polled: messages an invocation, seconds to wait for them, most invocations at once (2 to 1000)."
  type = object({
    queue_arn                       = string
    batch_size                      = optional(number, 1)
    maximum_batching_window_seconds = optional(number, 0)
    maximum_concurrency             = number
  })

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}$", var.event_source.queue_arn))
    error_message = "event_source.queue_arn is \"${var.event_source.queue_arn}\": give the ARN of a standard queue."
  }

  validation {
    condition     = var.event_source.batch_size >= 1 && var.event_source.batch_size <= 10000 && floor(var.event_source.batch_size) == var.event_source.batch_size
    error_message = "event_source.batch_size is ${var.event_source.batch_size}: use a whole number from 1 to 10000."
  }

  validation {
    condition     = var.event_source.maximum_batching_window_seconds >= 0 && var.event_source.maximum_batching_window_seconds <= 300 && floor(var.event_source.maximum_batching_window_seconds) == var.event_source.maximum_batching_window_seconds
    error_message = "event_source.maximum_batching_window_seconds is ${var.event_source.maximum_batching_window_seconds}: use a whole number from 0 to 300."
  }

  validation {
    condition     = var.event_source.batch_size <= 10 || var.event_source.maximum_batching_window_seconds >= 1
    error_message = "event_source.batch_size is ${var.event_source.batch_size} with a batching window of ${var.event_source.maximum_batching_window_seconds} seconds: more than 10 messages need a window of at least 1 second."
  }

  validation {
    condition     = var.event_source.maximum_concurrency >= 2 && var.event_source.maximum_concurrency <= 1000 && floor(var.event_source.maximum_concurrency) == var.event_source.maximum_concurrency
    error_message = "event_source.maximum_concurrency is ${var.event_source.maximum_concurrency}: use a whole number from 2 to 1000, Lambda's limits for a queue."
  }
}

variable "visibility_timeout_seconds" {
  description = "Visibility timeout of the queue, in seconds; at least 6 times timeout_seconds, plus the batching window."
  type        = number
}
