# In a VPC of the module these choices affect nobody else; in an adopted VPC each one has to be stated.

locals {
  makes = {
    s3             = coalesce(var.endpoints.s3, !local.adopts)
    sqs            = coalesce(var.endpoints.sqs, !local.adopts)
    secretsmanager = coalesce(var.endpoints.secretsmanager, !local.adopts)
  }
  private_dns = coalesce(var.endpoints.private_dns, !local.adopts)
  s3_policy   = coalesce(var.endpoints.s3_policy, "platform")

  # Services that the functions reach through something that exists already.
  reached_otherwise = [for service in ["sqs", "secretsmanager"] : service if !local.makes[service]]

  unstated_choices = !local.adopts ? [] : concat(
    [for service in ["s3", "sqs", "secretsmanager"] : "endpoints.${service} (true makes an endpoint, false uses the VPC's own, or its NAT)" if var.endpoints[service] == null],
    local.makes.s3 && var.endpoints.s3_policy == null ? ["endpoints.s3_policy (\"platform\" lets whoever uses these route tables reach our bucket and no other, \"account\" lets the account's principals reach every bucket)"] : [],
    length(local.interface_services) > 0 && var.endpoints.private_dns == null ? ["endpoints.private_dns (true makes our endpoints answer for ${join(" and ", keys(local.interface_services))} in the whole VPC, false leaves names alone)"] : [],
  )
}
