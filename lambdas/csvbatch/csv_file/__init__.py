"""From the bytes of a CSV file to chunks, rows and fields."""
