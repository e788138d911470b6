"""The policy scan: Checkov and checks of our own over the modules and over the plan of every unit."""
