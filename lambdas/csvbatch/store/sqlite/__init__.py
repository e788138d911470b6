"""SQLite: the store that needs nothing."""
