"""The `state-repair` command: what a unit's state lacks, and the two repairs that Terraform has no command for."""
