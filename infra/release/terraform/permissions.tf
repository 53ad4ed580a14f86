locals {
  secrets       = "arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:"
  secret_prefix = try(local.configuration.secretPrefix, "losant")
  bus           = try(local.configuration.eventBusName, "default")

  applications = try(local.configuration.applications, [])
  discover     = try(local.configuration.discover, [])

  # The ids of discovered applications aren't known here. In IAM, each `?` matches one character.
  folders = length(local.discover) > 0 ? ["????????????????????????"] : [for application in local.applications : lower(application.id)]

  # `accessToken` is a name, an ARN, or an object with `secret` and `renew`. It can be left out if the application is discovered.
  access_tokens = [for entry in concat(local.applications, local.discover) : {
    secret = try(tostring(entry.accessToken), entry.accessToken.secret)
    renew = anytrue([
      try(entry.accessToken.renew, false),
      contains(values(try(entry.secrets, {})), try(tostring(entry.accessToken), entry.accessToken.secret)),
    ])
  } if can(entry.accessToken)]

  # The secrets that `secrets` maps, without that of the access token.
  mapped = flatten([for application in local.applications : [for name in values(try(application.secrets, {})) : name
  if name != try(tostring(application.accessToken), application.accessToken.secret, null)]])

  # Secrets Manager ends each ARN with a hyphen and six random characters.
  access_token_arns = { for secret in distinct(local.access_tokens[*].secret) :
    secret => !startswith(secret, "arn:") ? "${local.secrets}${secret}-??????" : (
      can(regex("-[A-Za-z0-9]{6}$", secret)) ? secret : "${secret}-??????"
    )
  }

  resources = {
    ManageSecrets = concat(
      [for folder in local.folders : "${local.secrets}${local.secret_prefix}/${folder}/*"],
      [for name in distinct(local.mapped) : "${local.secrets}${name}-??????"],
    )
    RenewAccessTokens = distinct([for token in local.access_tokens : local.access_token_arns[token.secret] if token.renew])
    ReadAccessTokens  = values(local.access_token_arns)
    LookAtFormerSecrets = flatten([for prefix in try(local.configuration.formerPrefixes, []) :
    [for folder in local.folders : "${local.secrets}${prefix}/${folder}/*"]])
    UseSecretsKey    = var.secrets_key_arn == null ? [] : split(",", var.secrets_key_arn)
    Announce         = [startswith(local.bus, "arn:") ? local.bus : "arn:${local.partition}:events:${local.region}:${local.account}:event-bus/${local.bus}"]
    Log              = ["${aws_cloudwatch_log_group.worker.arn}:*"]
    HandInFailedRuns = [aws_sqs_queue.this["WorkerFailedRunsQueue"].arn]
    ListSecrets      = ["*"]
  }

  conditions = {
    Announce      = { StringEquals = { "events:source" = "losant.token-rotation" } }
    UseSecretsKey = { StringEquals = { "kms:ViaService" = "secretsmanager.${local.region}.${data.aws_partition.this.dns_suffix}" } }
  }
}

resource "aws_iam_role" "worker" {
  name_prefix = "${var.name}-"
  description = local.settings.roles.worker
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "worker" {
  name = "worker"
  role = aws_iam_role.worker.id

  # The same permissions as in the CDK stack. The worker can't read what it writes.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for sid, actions in local.settings.actions : merge(
      { Sid = sid, Effect = "Allow", Action = actions, Resource = local.resources[sid] },
      contains(keys(local.conditions), sid) ? { Condition = local.conditions[sid] } : {},
    ) if length(local.resources[sid]) > 0]
  })

  lifecycle {
    precondition {
      condition = alltrue([for token in local.access_tokens :
      !startswith(replace(token.secret, "/^arn:.*?:secret:/", ""), "${local.secret_prefix}/")])
      error_message = "The secrets of access tokens must be in their own folder, outside secretPrefix, such as losant-access/<application id>."
    }
  }
}

resource "aws_iam_role" "schedule" {
  name_prefix = "${var.name}-"
  description = local.settings.roles.schedule
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = {
        "aws:SourceAccount" = local.account
        "aws:SourceArn"     = aws_scheduler_schedule_group.this.arn
      } }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name = "start-runs"
  role = aws_iam_role.schedule.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "lambda:InvokeFunction", Resource = aws_lambda_function.worker.arn },
      { Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.this["ScheduleMissedStartsQueue"].arn },
    ]
  })
}
