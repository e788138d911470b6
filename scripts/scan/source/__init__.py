"""Reads Terraform files with Checkov's own parser; runs with the Python of .venv-scan, never of .venv."""
