"""Packages the Lambda functions: the same content gives the same digest, on any machine and at any time."""
