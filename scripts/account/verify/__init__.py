"""The `verify-account` command: proves the platform in a sandbox account, from nothing to nothing."""
