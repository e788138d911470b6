"""Seeds mutants into the library with mutmut, and counts those that the unit tests kill."""
