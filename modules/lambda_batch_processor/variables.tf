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
  description = "Invocations reserved for, and the most allowed to, this function at once; null or -1 reserves none."
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

variable "queue_url" {
  description = "Queue that takes one message a chunk."
  type        = string

  validation {
    condition     = can(regex("^https://[^/@]+/[0-9]{12}/[A-Za-z0-9_-]{1,80}$", var.queue_url))
    error_message = "queue_url is \"${var.queue_url}\": give the https URL of a queue, not its name or ARN."
  }
}

variable "chunk_bytes" {
  description = "Size that chunks are cut to, in bytes of the unpacked file; rows stay whole."
  type        = number

  validation {
    condition     = var.chunk_bytes >= 1024 && var.chunk_bytes <= 1073741824 && floor(var.chunk_bytes) == var.chunk_bytes
    error_message = "chunk_bytes is ${var.chunk_bytes}: use a whole number from 1024 (1 KiB) to 1073741824 (1 GiB)."
  }
}
