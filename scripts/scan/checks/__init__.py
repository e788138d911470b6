"""Checks that Checkov loads with its own (`--external-checks-dir`); they run in `.venv-scan`, never in `.venv`."""
