# The package of the function whose unit reads this: what was built, and its key in the artifacts bucket.

locals {
  env  = read_terragrunt_config("${get_original_terragrunt_dir()}/../env.hcl").locals
  name = trimprefix(basename(get_original_terragrunt_dir()), "lambda_")

  repository = dirname(dirname(get_terragrunt_dir()))
  folder     = "${local.repository}/dist/lambda"

  manifest_path = "${local.folder}/${local.env.architecture}/${local.name}.json"
  is_built      = fileexists(local.manifest_path)
  missing       = "Package ${local.name} (${local.env.architecture}) was not built: ${local.manifest_path} does not exist. Build it: make package"

  # Only these commands need a package; a destroy does not.
  refuse = [
    for message in !local.is_built && contains(["plan", "apply", "validate"], get_terraform_command()) ? [local.missing] : [] :
    run_cmd("--terragrunt-quiet", "${local.repository}/scripts/refuse", message)
  ]
  object_key = local.is_built ? jsondecode(file(local.manifest_path)).object_key : "lambda/${local.name}/${join("", [for _ in range(64) : "0"])}.zip"
}
