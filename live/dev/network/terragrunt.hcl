include "root" {
  path = "../../../terragrunt.hcl"
}

include "component" {
  path   = "../../_components/network.hcl"
  expose = true
}

# To adopt a VPC, give existing_vpc and endpoints in place of vpc: modules/network/README.md (Adopting a VPC).
inputs = {
  vpc = {
    cidr               = "10.0.0.0/22"
    availability_zones = formatlist("${include.component.locals.common.env.region}%s", ["a", "b"])
  }
}
