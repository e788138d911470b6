variable "name" {
  description = "Name of the bucket; globally unique in AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name is \"${var.name}\": a bucket name has 3 to 63 lower-case letters, digits and hyphens, and starts and ends with a letter or digit (dots would break TLS)."
  }

  validation {
    condition     = !can(regex("^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$", var.name))
    error_message = "name is \"${var.name}\": S3 reserves the prefixes xn--, sthree-, amzn-s3-demo- and the suffixes -s3alias, --ol-s3, --x-s3, --table-s3."
  }
}

variable "account_id" {
  description = "AWS account that owns the bucket and whose logs it accepts, 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\": give the 12 digits of the AWS account, as a string."
  }
}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts every object; null (S3's own key) only for a log bucket, because log delivery cannot use a key."
  type        = string

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn is ${jsonencode(var.kms_key_arn)}: give the ARN of a key (arn:…:kms:…:key/…), not of an alias; the bucket policy compares with it."
  }
}

variable "access_log" {
  description = "Where S3 logs each request to this bucket: a log bucket's name, and a prefix that ends with a slash; null for none."
  type = object({
    bucket = string
    prefix = string
  })

  validation {
    condition     = var.access_log == null ? true : can(regex("^[^/].*/$", var.access_log.prefix))
    error_message = "access_log.prefix is ${jsonencode(try(var.access_log.prefix, null))}: start it with a name and end it with a slash, such as access/data/."
  }
}

variable "accept_logs" {
  description = "Whether S3 access logs and VPC flow logs of the account may be delivered into this bucket; needs kms_key_arn = null."
  type        = bool
  default     = false
}

variable "force_destroy" {
  description = "Whether destroying the bucket deletes all of its objects, including old versions."
  type        = bool
}

variable "deletion_protection" {
  description = "Whether any plan that would destroy the bucket or change its name fails; cannot be combined with force_destroy."
  type        = bool
}

variable "eventbridge" {
  description = "Whether S3 sends events to EventBridge when objects are created, deleted or tagged."
  type        = bool
  default     = false
}

variable "lifecycle_rules" {
  description = "What expires and when: objects under prefix that have all tags (without prefix and tags: every object) expire expiration_days after creation, old versions noncurrent_expiration_days after they were replaced or deleted."
  type = list(object({
    id                         = string
    prefix                     = optional(string)
    tags                       = optional(map(string), {})
    expiration_days            = optional(number)
    noncurrent_expiration_days = optional(number)
  }))

  validation {
    condition     = length(setsubtract(var.lifecycle_rules[*].id, ["", "unfinished-uploads", "expired-delete-markers"])) == length(var.lifecycle_rules)
    error_message = "lifecycle_rules has the ids ${jsonencode(var.lifecycle_rules[*].id)}: use each ID once; unfinished-uploads and expired-delete-markers are reserved for the module."
  }

  validation {
    condition = alltrue([
      for rule in var.lifecycle_rules : rule.expiration_days != null || rule.noncurrent_expiration_days != null
    ])
    error_message = "lifecycle_rules: ${join(", ", [for rule in var.lifecycle_rules : rule.id if rule.expiration_days == null && rule.noncurrent_expiration_days == null])} would expire nothing: set expiration_days, noncurrent_expiration_days or both."
  }

  validation {
    condition = alltrue([
      for days in compact(concat(var.lifecycle_rules[*].expiration_days, var.lifecycle_rules[*].noncurrent_expiration_days)) :
      tonumber(days) >= 1 && floor(tonumber(days)) == tonumber(days)
    ])
    error_message = "lifecycle_rules counts days ${join(", ", compact(concat(var.lifecycle_rules[*].expiration_days, var.lifecycle_rules[*].noncurrent_expiration_days)))}: each is a whole number from 1."
  }

  validation {
    condition     = alltrue([for prefix in compact(var.lifecycle_rules[*].prefix) : !startswith(prefix, "/")])
    error_message = "lifecycle_rules has the prefixes ${jsonencode(compact(var.lifecycle_rules[*].prefix))}: object keys do not start with a slash, so a prefix with one would match nothing."
  }
}

variable "abort_incomplete_multipart_days" {
  description = "Days after which the parts of an incomplete multipart upload are deleted."
  type        = number
  default     = 7

  validation {
    condition     = var.abort_incomplete_multipart_days >= 1 && floor(var.abort_incomplete_multipart_days) == var.abort_incomplete_multipart_days
    error_message = "abort_incomplete_multipart_days is ${var.abort_incomplete_multipart_days}: give a whole number of days from 1."
  }
}

variable "producers" {
  description = "Principals of other accounts that may put objects under a prefix: ARNs of single roles and users. They cannot read, list, tag or delete. Each also needs s3:PutObject on the bucket and kms:GenerateDataKey and kms:Decrypt on its key in the producer's own policies. Empty for none."
  type = list(object({
    principal_arns = set(string)
    prefix         = optional(string, "incoming/")
  }))
  default = []

  validation {
    condition = alltrue([
      for producer in var.producers : length(producer.principal_arns) > 0 && alltrue([
        for arn in producer.principal_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", arn))
      ])
    ])
    error_message = "producers names ${jsonencode(flatten([for producer in var.producers : tolist(producer.principal_arns)]))}: give each producer ARNs of single roles or users (arn:…:iam::account:role/name), without a wildcard."
  }

  validation {
    condition     = alltrue([for producer in var.producers : can(regex("^[^/*?$]+/([^/*?$]+/)*$", producer.prefix))])
    error_message = "producers has the prefixes ${jsonencode(var.producers[*].prefix)}: give a prefix that ends with a slash, such as incoming/orders/, without a wildcard."
  }
}
