"""The whole platform on one machine: applied, fed with files, and checked row by row."""
