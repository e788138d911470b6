"""Checks each request against what AWS says it may hold, before moto sees it."""
