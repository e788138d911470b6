"""Terragrunt as the project starts it."""
