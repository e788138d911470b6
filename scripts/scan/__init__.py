"""The policy scan: Checkov and this project's own checks, on the modules and on the plan of every unit."""
