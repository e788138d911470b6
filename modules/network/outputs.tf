output "vpc_id" {
  description = "Id of the VPC, made or adopted."
  value       = local.vpc_id
}

output "subnet_ids" {
  description = "Ids of the subnets the functions run in."
  value       = local.subnet_ids
}

output "lambda_security_group_id" {
  description = "Id of the security group the functions wear."
  value       = aws_security_group.lambda.id
}

output "endpoint_ids" {
  description = "Ids of the endpoints the module made, by service."
  value = merge(
    { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id },
    { for endpoint in aws_vpc_endpoint.s3 : "s3" => endpoint.id },
  )
}

output "endpoint_urls" {
  description = "Addresses by which the functions call services that the module made endpoints for without private DNS, by service; empty where the services' own names lead there."
  value       = { for service, endpoint in aws_vpc_endpoint.interface : service => "https://${endpoint.dns_entry[0].dns_name}" if !local.private_dns && contains(["sqs", "secretsmanager"], service) }
}
