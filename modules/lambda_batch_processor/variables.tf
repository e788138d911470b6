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
  description = "Reserved concurrency of the function, which is also its limit; null or -1 reserves none."
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

variable "queue_url" {
  description = "URL of the queue of chunks; it gets one message per chunk."
  type        = string

  validation {
    condition     = can(regex("^https://[^/@]+/[0-9]{12}/[A-Za-z0-9_-]{1,80}$", var.queue_url))
    error_message = "queue_url is \"${var.queue_url}\": give the https URL of a queue, not its name or ARN."
  }
}

variable "chunk_bytes" {
  description = "Maximum size of a chunk in bytes of the unpacked file; a longer row stays whole."
  type        = number

  validation {
    condition     = var.chunk_bytes >= 1024 && var.chunk_bytes <= 1073741824 && floor(var.chunk_bytes) == var.chunk_bytes
    error_message = "chunk_bytes is ${var.chunk_bytes}: use a whole number from 1024 (1 KiB) to 1073741824 (1 GiB)."
  }
}
