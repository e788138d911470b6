# Everything about prod that more than one component needs.

locals {
  environment = "prod"
  account_id  = "222222222222"
  region      = "eu-west-2"

  # Whether the rules for production hold (tests/infrastructure/test_policy_of_units.py, the policy scan).
  production = true

  deletion_protection = true
  log_retention_days  = 400
  log_level           = "INFO"
  architecture        = "x86_64"

  # The last step of docs/first-day.md: until then there is no ledger for the schedule to work with.
  schedule_enabled = false

  # Concurrent executions reserved for each function; null reserves none. The quota has to be 105 or more for these (100
  # have to stay unreserved); a new account has 10. `preflight` compares.
  reserved_concurrency = { batch_processor = 1, request_handler = 4 }

  oracle = {
    host         = "oracle.prod.example.internal"
    port         = 2484
    protocol     = "tcps"
    service_name = "CSVPROD"
    schema       = null # null: the user's own

    # Who signed the database's certificate: a wallet (folder) or a ca (file in PEM) below /opt, from a layer, or below
    # /var/task, from the package; with both null the secret's ca_pem, else the system's authorities.
    wallet     = null
    ca         = null
    tls_strict = true

    # Oracle's own client in place of the driver's thin mode; layer_arns then names the layer that holds it.
    thick      = false
    layer_arns = []

    # Where the functions may go: addresses, the security group that the databases wear, or both. Here the databases stand
    # in the subnets of `network`, as those of RDS would; the way to addresses elsewhere is a route, to a transit gateway
    # ({ transit_gateway_id = "tgw-…" }) or a peering connection ({ peering_connection_id = "pcx-…" }).
    cidrs             = ["10.1.0.0/24", "10.1.1.0/24", "10.1.2.0/24"]
    security_group_id = null
    routes            = null
    resolver_rule_ids = [] # of Route 53 Resolver, where only servers of another network know Oracle's name
  }

  # On every resource beside project, environment and component, for whoever asks who owns it and who pays.
  tags = {
    owner       = "data-platform"
    cost_center = "csv-loading"
  }

  # The policy that bounds every role made here, where the account demands one (its ARN).
  permissions_boundary_arn = null

  # Roles or users of other accounts that put files: [{ principal_arns = ["…"], prefix = "incoming/orders/" }].
  producers = []
}
