# Identity

variable "function_name" {
  description = "Name of the function; its log group and its dead-letter queue are named after it."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.function_name))
    error_message = "function_name is \"${var.function_name}\": use 1 to 64 letters, digits, hyphens or underscores."
  }
}

variable "description" {
  description = "What the function does, as the Lambda console shows it."
  type        = string

  validation {
    condition     = length(var.description) >= 1 && length(var.description) <= 256
    error_message = "description has ${length(var.description)} characters: use 1 to 256."
  }
}

variable "account_id" {
  description = "AWS account that owns the function, 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\": give the 12 digits of the AWS account, as a string."
  }
}

variable "region" {
  description = "AWS region of the function."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\": give an AWS region such as eu-west-2."
  }
}

# Code

variable "package" {
  description = "The function's zip: bucket, and key with the 64-digit content digest of the zip (so a change of code is a change of key)."
  type = object({
    bucket = string
    key    = string
  })

  validation {
    condition     = can(regex("(^|[^0-9a-f])[0-9a-f]{64}([^0-9a-f].*)?\\.zip$", var.package.key))
    error_message = "package.key is \"${var.package.key}\": it must end in .zip and contain the content digest of the package (64 hexadecimal digits). Build and upload the package first, then use the printed key."
  }
}

variable "handler" {
  description = "Entry point as module.function, with the module's full path."
  type        = string

  validation {
    condition     = can(regex("^[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*)+$", var.handler))
    error_message = "handler is \"${var.handler}\": give the module and the function in it, such as batch_processor.handler.handler."
  }
}

variable "runtime" {
  description = "Lambda runtime; Python 3.13 or later."
  type        = string
  default     = "python3.13"

  validation {
    condition     = can(regex("^python3\\.(1[3-9]|[2-9][0-9])$", var.runtime))
    error_message = "runtime is \"${var.runtime}\": the code needs python3.13 or later, and packages are built for one runtime."
  }
}

variable "architecture" {
  description = "Processor architecture of the package: x86_64 or arm64."
  type        = string

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture is \"${var.architecture}\": use x86_64 or arm64, as the package was built."
  }
}

variable "layer_arns" {
  description = "Layer versions, such as Oracle's client for thick mode; at most 5."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.layer_arns) <= 5
    error_message = "layer_arns has ${length(var.layer_arns)} entries: Lambda accepts at most 5."
  }

  validation {
    condition     = alltrue([for arn in var.layer_arns : can(regex("^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$", arn))])
    error_message = "layer_arns is ${jsonencode(var.layer_arns)}: each must be the ARN of a layer version, ending in :layer:NAME:VERSION."
  }
}

variable "code_signing_profile_arns" {
  description = "AWS Signer profile versions whose signatures are accepted, at most 20; if any is given, unsigned code is rejected at deployment."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.code_signing_profile_arns) <= 20
    error_message = "code_signing_profile_arns has ${length(var.code_signing_profile_arns)} entries: Lambda accepts at most 20."
  }

  validation {
    condition     = alltrue([for arn in var.code_signing_profile_arns : can(regex("^arn:aws[a-z-]*:signer:[a-z0-9-]+:[0-9]{12}:/signing-profiles/[A-Za-z0-9_]+/[A-Za-z0-9]+$", arn))])
    error_message = "code_signing_profile_arns is ${jsonencode(var.code_signing_profile_arns)}: each must be the ARN of a profile version, ending in :/signing-profiles/NAME/VERSION."
  }
}

# Size

variable "memory_mb" {
  description = "Memory in MB; CPU grows with it."
  type        = number

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb is ${var.memory_mb}: use a whole number from 128 to 10240."
  }
}

variable "ephemeral_storage_mb" {
  description = "Ephemeral storage in MB."
  type        = number
  default     = 512

  validation {
    condition     = var.ephemeral_storage_mb >= 512 && var.ephemeral_storage_mb <= 10240 && floor(var.ephemeral_storage_mb) == var.ephemeral_storage_mb
    error_message = "ephemeral_storage_mb is ${var.ephemeral_storage_mb}: use a whole number from 512 to 10240."
  }
}

variable "timeout_seconds" {
  description = "Timeout of one invocation in seconds."
  type        = number

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds is ${var.timeout_seconds}: use a whole number from 1 to 900, Lambda's limit."
  }
}

variable "reserved_concurrency" {
  description = "Reserved concurrency of the function, which is also its limit; null or -1 reserves none."
  type        = number

  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency == -1 || (var.reserved_concurrency >= 1 && floor(var.reserved_concurrency) == var.reserved_concurrency)
    error_message = "reserved_concurrency is ${coalesce(var.reserved_concurrency, "null")}: use a whole number from 1, or -1 to reserve none; 0 would stop the function."
  }
}

variable "maximum_event_age_seconds" {
  description = "Seconds for which Lambda keeps an asynchronous event that it cannot start."
  type        = number
  default     = 21600

  validation {
    condition     = var.maximum_event_age_seconds >= 60 && var.maximum_event_age_seconds <= 21600 && floor(var.maximum_event_age_seconds) == var.maximum_event_age_seconds
    error_message = "maximum_event_age_seconds is ${var.maximum_event_age_seconds}: use a whole number from 60 to 21600."
  }
}

# Role, key, network and logs

variable "role_arn" {
  description = "ARN of the execution role."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$", var.role_arn))
    error_message = "role_arn is \"${var.role_arn}\": give the ARN of an IAM role."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the environment variables, the log group and the dead-letter queue."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn is \"${var.kms_key_arn}\": give the ARN of a KMS key (not of an alias: log groups take keys only)."
  }
}

variable "subnet_ids" {
  description = "IDs of the private subnets of the function."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 1 && alltrue([for id in var.subnet_ids : startswith(id, "subnet-")])
    error_message = "subnet_ids is ${jsonencode(var.subnet_ids)}: give at least one subnet ID; outside a VPC the function could reach the internet."
  }
}

variable "security_group_ids" {
  description = "IDs of the security groups of the function, 1 to 5."
  type        = list(string)

  validation {
    condition     = length(var.security_group_ids) >= 1 && length(var.security_group_ids) <= 5 && alltrue([for id in var.security_group_ids : startswith(id, "sg-")])
    error_message = "security_group_ids is ${jsonencode(var.security_group_ids)}: give 1 to 5 security group IDs."
  }
}

variable "endpoint_urls" {
  description = "URLs of VPC endpoints by service (sqs, secretsmanager), for endpoints without private DNS; empty with private DNS."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for service, url in var.endpoint_urls : contains(["sqs", "secretsmanager"], service) && can(regex("^https://[a-z0-9.-]+$", url))])
    error_message = "endpoint_urls is ${jsonencode(var.endpoint_urls)}: give https addresses without a path, for sqs and secretsmanager."
  }
}

variable "log_retention_days" {
  description = "Days for which log events are kept; one of the periods of CloudWatch Logs."
  type        = number

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is ${var.log_retention_days}: CloudWatch Logs accepts 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

# Settings of every csvbatch function

variable "environment_name" {
  description = "Environment the function belongs to, such as dev."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.environment_name))
    error_message = "environment_name is \"${var.environment_name}\": use lower-case letters, digits and hyphens, starting with a letter."
  }
}

variable "service_name" {
  description = "Name of the function in logs, metrics and traces."
  type        = string
}

variable "metrics_namespace" {
  description = "CloudWatch namespace of the function's own metrics; one per environment if several share an account."
  type        = string
  default     = "csvbatch"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_./#:-]{0,254}$", var.metrics_namespace))
    error_message = "metrics_namespace is \"${var.metrics_namespace}\": use 1 to 255 letters, digits and . - _ / # :, starting with a letter or digit."
  }
}

variable "log_level" {
  description = "Minimum log level: DEBUG or INFO."
  type        = string

  validation {
    condition     = contains(["DEBUG", "INFO"], var.log_level)
    error_message = "log_level is \"${var.log_level}\": use DEBUG or INFO. Lambda treats lines without a level, such as metrics, as INFO, and would drop them at a higher level."
  }
}

variable "bucket_name" {
  description = "Name of the data bucket."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name is \"${var.bucket_name}\": give the name of an S3 bucket, not its ARN or address."
  }
}

variable "secret_arn" {
  description = "ARN of the Secrets Manager secret with the database user and password."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+$", var.secret_arn))
    error_message = "secret_arn is not the ARN of a Secrets Manager secret; give the ARN, never the secret's value."
  }
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

  # lookup() keeps the host out of Terraform's report of the failed condition, because it may contain a password.
  validation {
    condition     = can(regex("^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$", lookup(var.oracle, "host", "")))
    error_message = "oracle.host must be a bare host name or IPv4 address, without scheme, port, path or credentials; user and password belong in the secret. The value is not shown here because it may contain them."
  }

  # RDS takes 1150 to 65535, Autonomous Database listens on 1521 and 1522, and Oracle listeners do not use privileged ports:
  # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
  validation {
    condition     = var.oracle.port >= 1024 && var.oracle.port <= 65535 && floor(var.oracle.port) == var.oracle.port
    error_message = "oracle.port is ${var.oracle.port}: use the listener's port, a whole number from 1024 to 65535, such as 1521 (TCP), 1522 (Autonomous Database) or 2484 (TCPS)."
  }

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_.$-]*$", var.oracle.service_name))
    error_message = "oracle.service_name is \"${var.oracle.service_name}\": use letters, digits, and . _ $ -, starting with a letter."
  }

  validation {
    condition     = contains(["tcp", "tcps"], var.oracle.protocol)
    error_message = "oracle.protocol is \"${var.oracle.protocol}\": use tcp or tcps."
  }

  validation {
    condition     = var.oracle.schema == null ? true : can(regex("^[A-Za-z][A-Za-z0-9_$#]{0,127}$", var.oracle.schema))
    error_message = "oracle.schema is ${jsonencode(var.oracle.schema)}: give the unquoted name of a schema: 1 to 128 letters, digits and _ $ #, starting with a letter; null for the user's own."
  }

  validation {
    condition     = alltrue([for path in compact([var.oracle.wallet, var.oracle.ca]) : can(regex("^/(opt|var/task)/[^?&#%]*[^/?&#%]$", path))])
    error_message = "oracle.wallet is ${jsonencode(var.oracle.wallet)} and oracle.ca ${jsonencode(var.oracle.ca)}: give a path below /opt (a layer) or /var/task (the package); a function can read nothing else."
  }

  validation {
    condition     = var.oracle.protocol == "tcps" || (var.oracle.wallet == null && var.oracle.ca == null)
    error_message = "oracle.protocol is \"${var.oracle.protocol}\" but a wallet or a ca is given: only tcps uses certificates; set protocol = \"tcps\" or leave both null."
  }

  validation {
    condition     = var.oracle.wallet == null || var.oracle.ca == null
    error_message = "oracle.wallet and oracle.ca are both given: give only one of them."
  }

  validation {
    condition     = !var.oracle.thick || var.oracle.ca == null
    error_message = "oracle.thick is true and oracle.ca ${jsonencode(var.oracle.ca)}: Oracle's client reads certificate authorities only from a wallet; set oracle.wallet."
  }
}

variable "environment" {
  description = "Environment variables of this function, in addition to those of every csvbatch function. No secrets."
  type        = map(string)
  default     = {}
}
