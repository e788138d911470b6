"""SQLite, through Python's `sqlite3`."""
