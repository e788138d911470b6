# Settings of dev that more than one component needs.

locals {
  environment = "dev"
  account_id  = "111111111111"
  region      = "eu-west-2"

  # Whether the rules for production apply (tests/infrastructure/test_policy_of_units.py, the policy scan).
  production = false

  deletion_protection = false
  log_retention_days  = 365
  log_level           = "DEBUG"
  architecture        = "x86_64"

  # Set to true in the last step of docs/first-day.md: until then there is no ledger.
  schedule_enabled = false

  # Concurrent executions reserved for each function; null reserves none. A new account has a quota of 10 and rejects any
  # reservation.
  reserved_concurrency = { batch_processor = null, request_handler = null }

  # Request handlers at once. Each running function has one connection to Oracle: together at most this number and
  # reserved_concurrency.batch_processor.
  request_handler_concurrency = 4

  # Days after which a file in incoming/ that was dealt with is hidden. Its version is deleted when no message can name it
  # any more (version_retention_days in common.hcl); until then a sweep lists it, and its batch can be replayed.
  processed_file_days = 21

  oracle = {
    host         = "oracle.dev.example.internal"
    port         = 2484
    protocol     = "tcps"
    service_name = "CSVDEV"
    schema       = null # null: the user's own schema

    # Certificate authorities of the database: a wallet (directory) or a ca (PEM file), below /opt (layer) or /var/task
    # (package). If both are null: the secret's ca_pem, or else the system's authorities.
    wallet     = null
    ca         = null
    tls_strict = true

    # Whether to use Oracle's client instead of the driver's thin mode; layer_arns then names the layer with the client.
    thick      = false
    layer_arns = []

    # Where Oracle is: addresses, the security group of the databases, or both. Here the databases are in the subnets of
    # `network`, as with RDS. Addresses elsewhere need a route, to a transit gateway ({ transit_gateway_id = "tgw-…" }) or a
    # peering connection ({ peering_connection_id = "pcx-…" }).
    cidrs             = ["10.0.0.0/24", "10.0.1.0/24"]
    security_group_id = null
    routes            = null
    resolver_rule_ids = [] # Route 53 Resolver rules, if only DNS servers of another network know Oracle's name
  }

  # Tags of every resource, in addition to project, environment and component.
  tags = {
    owner       = "data-platform"
    cost_center = "csv-loading"
  }

  # ARN of the permissions boundary of every role, if the account requires one.
  permissions_boundary_arn = null

  # Roles or users of other accounts that may put files: [{ principal_arns = ["…"], prefix = "incoming/orders/" }].
  producers = []
}
