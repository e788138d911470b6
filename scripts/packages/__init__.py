"""Packages the Lambda functions: the same contents give the same digest, wherever and however often built."""
