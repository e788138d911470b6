output "vpc_id" {
  description = "ID of the VPC, created or adopted."
  value       = local.vpc_id
}

output "subnet_ids" {
  description = "IDs of the subnets of the functions."
  value       = local.subnet_ids
}

output "lambda_security_group_id" {
  description = "ID of the security group of the functions."
  value       = aws_security_group.lambda.id
}

output "endpoint_ids" {
  description = "IDs of the endpoints that the module created, by service."
  value = merge(
    { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id },
    { for endpoint in aws_vpc_endpoint.s3 : "s3" => endpoint.id },
  )
}

output "endpoint_urls" {
  description = "URLs of the endpoints that the module created without private DNS, by service; empty with private DNS."
  value       = { for service, endpoint in aws_vpc_endpoint.interface : service => "https://${endpoint.dns_entry[0].dns_name}" if !local.private_dns && contains(["sqs", "secretsmanager"], service) }
}
