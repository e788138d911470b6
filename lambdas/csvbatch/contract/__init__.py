"""What a dataset's files have to look like, and the table their rows go to."""
