output "plan_role_arn" {
  description = "ARN of the role for plans; a workflow's variable names it."
  value       = aws_iam_role.plan.arn
  depends_on  = [aws_iam_role_policy.plan_state, aws_iam_role_policy_attachment.plan]
}

output "apply_role_arn" {
  description = "ARN of the role for applies; a variable of the protected environment names it."
  value       = aws_iam_role.apply.arn
  depends_on  = [aws_iam_role_policy.apply_state, aws_iam_role_policy_attachment.apply]
}

output "oidc_provider_arn" {
  description = "ARN of GitHub's identity provider in this account."
  value       = local.provider_arn
}
