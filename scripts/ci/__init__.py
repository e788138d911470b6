"""What jobs of continuous integration do beyond a make target: their settings, comments, issues and releases."""
