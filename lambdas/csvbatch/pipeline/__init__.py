"""Takes a file from the bucket to the table: registers, splits, sends, loads and closes it."""
