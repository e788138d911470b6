"""Set-up of the project's tools: standard library only, so that any Python 3.9 or later can run it."""
