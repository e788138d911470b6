"""The data engineer's command, `csvbatch`; no Lambda imports it."""

from csvbatch.cli.app import main

__all__ = ["main"]
