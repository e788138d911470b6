"""The Lambda that finds new files, splits them and sends a message for each chunk."""
