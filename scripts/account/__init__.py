"""The first day on an account: `preflight` says what is missing, `migrate-ledger` makes the tables."""
