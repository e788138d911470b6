"""The way of a file from the bucket to the table: registered, split, sent, loaded, closed."""
