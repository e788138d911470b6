"""Commands that generate parts of the documentation and build its site."""
