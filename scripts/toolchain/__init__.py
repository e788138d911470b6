"""Set-up of the project's tools: standard library only, so that any Python from 3.9 can run it."""
