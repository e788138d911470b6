"""Load CSV files into a database so that every row is either merged or rejected with a reason."""

__version__ = "0.1.0"
