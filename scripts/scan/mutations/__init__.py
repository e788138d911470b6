"""Seeds weaknesses into a copy of the configuration, one at a time, and shows which guard catches each."""
