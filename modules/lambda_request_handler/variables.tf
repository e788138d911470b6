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
  description = "The function's zip: bucket, and key that carries the zip's 64-digit content digest."
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
  description = "Processor the package was built for: x86_64 or arm64."
  type        = string
}

variable "layer_arns" {
  description = "Layer versions, such as Oracle's client for thick mode; at most 5."
  type        = list(string)
  default     = []
}

variable "code_signing_profile_arns" {
  description = "AWS Signer profile versions whose signatures are accepted, at most 20; with any given, unsigned code is refused at deployment."
  type        = list(string)
  default     = []
}

# Size

variable "memory_mb" {
  description = "Memory in MB; processor share grows with it."
  type        = number
}

variable "ephemeral_storage_mb" {
  description = "Scratch disk of one invocation in MB."
  type        = number
  default     = 512
}

variable "timeout_seconds" {
  description = "Longest run of one invocation, in seconds."
  type        = number
}

variable "reserved_concurrency" {
  description = "Invocations reserved for, and the most allowed to, this function at once; null or -1 reserves none, any other number has to be at least event_source.maximum_concurrency."
  type        = number
  default     = null
}

variable "maximum_event_age_seconds" {
  description = "How long Lambda keeps an asynchronous event that it cannot start, in seconds."
  type        = number
  default     = 21600
}

# Surroundings

variable "role_arn" {
  description = "Execution role."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts the environment, the log group and the dead-letter queue."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets the function runs in."
  type        = list(string)
}

variable "security_group_ids" {
  description = "Security groups of the function, 1 to 5."
  type        = list(string)
}

variable "endpoint_urls" {
  description = "Addresses of VPC endpoints that the services' own names do not lead to, by service (sqs, secretsmanager); empty with private DNS."
  type        = map(string)
  default     = {}
}

variable "log_retention_days" {
  description = "Days that log events are kept; one of the periods CloudWatch Logs knows."
  type        = number
}

variable "metrics_namespace" {
  description = "Namespace of the function's own metrics in CloudWatch; one for each environment, where several share an account."
  type        = string
  default     = "csvbatch"
}

variable "log_level" {
  description = "Least severe log level that is kept: DEBUG or INFO."
  type        = string
}

# Work

variable "bucket_name" {
  description = "Data bucket."
  type        = string
}

variable "secret_arn" {
  description = "Secrets Manager secret that holds the database user and password."
  type        = string
}

variable "oracle" {
  description = "Where the database listens and how it is talked to: host name or IPv4 address, port, service name, protocol (tcp or tcps); schema that bare names of tables belong to (null: the user's own); for tcps, a wallet (folder) or a ca (file in PEM) that the package or a layer holds (null: the secret's ca_pem, else the system's authorities), and whether certificates are checked as strictly as Python 3.13 does; thick for Oracle's own client, which a layer of layer_arns holds."
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
