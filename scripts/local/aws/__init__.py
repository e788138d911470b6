"""An AWS on this machine: moto as a server over TLS, one per environment, with the repairs Terraform needs."""
