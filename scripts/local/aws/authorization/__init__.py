"""Enforces IAM: judges each call of a role's session by the policies that are there, before moto answers it."""
