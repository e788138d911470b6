"""Compares the reading of CSV by the project with that by other readers, over the same files (`make judges-csv`)."""
