"""A second AWS, MiniStack, beside the local one: the same units, files, denials and calls on both, and what differs."""
