"""Looks for secrets in every file that git tracks."""
