"""The Lambda that takes a chunk from the queue, validates its rows and merges them into the database."""
