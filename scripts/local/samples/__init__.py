"""Makes the CSV files that demos and tests load."""
