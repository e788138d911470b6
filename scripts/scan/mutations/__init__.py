"""Weakens a copy of the configuration, one mutation at a time, and shows which check kills each mutant."""
