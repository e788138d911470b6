"""Generates the CSV files for the demo and tests."""
