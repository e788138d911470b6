data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
  place     = "${var.region}:${var.account_id}"

  # GitHub's issuer, and the audience that its official action asks for:
  # https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services
  issuer   = "token.actions.githubusercontent.com"
  audience = "sts.amazonaws.com"

  provider_arn = coalesce(var.oidc_provider_arn, "arn:${local.partition}:iam::${var.account_id}:oidc-provider/${local.issuer}")

  plan_role_name  = "${var.name}-ci-plan"
  apply_role_name = "${var.name}-ci-apply"

  # Everything of an environment has a name that starts with its prefix; the wildcard stands for the rest of the name.
  arns = {
    buckets         = "arn:${local.partition}:s3:::${var.name}-${var.account_id}-${var.region}-*"
    functions       = "arn:${local.partition}:lambda:${local.place}:function:${var.name}-*"
    key             = "arn:${local.partition}:kms:${local.place}:key/*"
    key_alias       = "arn:${local.partition}:kms:${local.place}:alias/${var.name}"
    logs            = "arn:${local.partition}:logs:${local.place}:log-group:/aws/lambda/${var.name}-*"
    queues          = "arn:${local.partition}:sqs:${local.place}:${var.name}-*"
    roles           = "arn:${local.partition}:iam::${var.account_id}:role/${var.name}-*"
    rules           = "arn:${local.partition}:events:${local.place}:rule/${var.name}-*"
    schedules       = "arn:${local.partition}:scheduler:${local.place}:schedule/${var.name}/*"
    schedule_group  = "arn:${local.partition}:scheduler:${local.place}:schedule-group/${var.name}"
    secrets         = "arn:${local.partition}:secretsmanager:${local.place}:secret:${var.name}-*"
    source_mappings = "arn:${local.partition}:lambda:${local.place}:event-source-mapping:*"
    topic           = "arn:${local.partition}:sns:${local.place}:${var.name}-alarms"
    alarms          = "arn:${local.partition}:cloudwatch:${local.place}:alarm:${var.name}-*"
    dashboard       = "arn:${local.partition}:cloudwatch::${var.account_id}:dashboard/${var.name}"
  }

  # What continuous integration itself is made of: read by both roles, changed by neither.
  own_policies = "arn:${local.partition}:iam::${var.account_id}:policy/${var.name}-ci-*" # One for each subject.
  own_roles = [
    for role in [local.plan_role_name, local.apply_role_name] : "arn:${local.partition}:iam::${var.account_id}:role/${role}"
  ]
}

# No thumbprint: AWS checks GitHub's certificate against its own list of authorities.
# https://docs.amazonaws.cn/sdk-for-sap-abap/v1/api/latest/iam/operation/CREATEOPENIDCONNECTPROVIDER.html
resource "aws_iam_openid_connect_provider" "this" {
  count = var.oidc_provider_arn == null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = [local.audience]
}
