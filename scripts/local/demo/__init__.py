"""Runs the whole platform on one machine, loads files, and checks every count."""
