"""Checks that Checkov loads (`--external-checks-dir`); they run with the Python of `.venv-scan`, not of `.venv`."""
