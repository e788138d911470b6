"""Runs the packaged functions of a local AWS: the exact zips, their queues, their schedules and their events."""
