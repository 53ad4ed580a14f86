variable "configuration" {
  description = "The contents of rotation.config.json, for example file(\"rotation.config.json\")."
  type        = string

  validation {
    condition     = can(jsondecode(var.configuration).applications[0].id) || can(jsondecode(var.configuration).discover[0].accessToken)
    error_message = "The configuration must be JSON with at least one application, or with discover."
  }

  validation {
    condition     = try(jsondecode(var.configuration).fleet, false) == false
    error_message = "This module doesn't support fleet: its schedule and alarms are for one run in each interval. Use the CDK."
  }

  validation {
    condition     = !can(regex("\"newSecrets\"\\s*:", var.configuration))
    error_message = "This module doesn't support newSecrets: its role doesn't get the rights for it. Use the CDK."
  }
}

variable "configuration_in_zip" {
  description = "Whether function_zip contains rotation.config.json (zip -u function.zip rotation.config.json). If false, the configuration is in the function's environment, which has room for about 3,500 characters."
  type        = bool
  default     = false
}

variable "function_zip" {
  description = "Path of function.zip. Default: the one in the parent folder of this module, as in the release."
  type        = string
  default     = null
}

variable "name" {
  description = "Beginning of the names of all resources."
  type        = string
  default     = "losant-token-rotation"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,31}$", var.name))
    error_message = "Use 1 to 32 letters, digits and hyphens, starting with a letter."
  }
}

variable "secrets_key_arn" {
  description = "The ARN of your own KMS key, if it encrypts existing secrets. Separate several by commas, without spaces."
  type        = string
  default     = null
}

variable "alarm_topic_arn" {
  description = "The ARN of an SNS topic that receives the alarms."
  type        = string
  default     = null
}

variable "runbook_url" {
  description = "The URL of your copy of RUNBOOK.md, which alarms and errors link."
  type        = string
  default     = "RUNBOOK.md"
}

variable "soonest_expiry_days" {
  description = "Alarm when a token has fewer days left."
  type        = number
  default     = 7

  validation {
    condition     = var.soonest_expiry_days >= 1 && floor(var.soonest_expiry_days) == var.soonest_expiry_days
    error_message = "Use a whole number of days, 1 or more."
  }
}

variable "access_token_days" {
  description = "Alarm when an access token has fewer days left."
  type        = number
  default     = 14

  validation {
    condition     = var.access_token_days >= 1 && floor(var.access_token_days) == var.access_token_days
    error_message = "Use a whole number of days, 1 or more."
  }
}

variable "memory_mib" {
  description = "Memory of the function, in MiB."
  type        = number
  default     = 512

  validation {
    condition     = var.memory_mib >= 128 && var.memory_mib <= 10240 && floor(var.memory_mib) == var.memory_mib
    error_message = "Use a whole number from 128 to 10240."
  }
}

variable "architecture" {
  description = "arm64, or x86_64 if your region has no arm64."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Use arm64 or x86_64."
  }
}

variable "log_retention_days" {
  description = "How many days logs are kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653], var.log_retention_days)
    error_message = "Use a number of days that CloudWatch Logs accepts: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827 or 3653."
  }
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}
