"""Every unit and the tests of every module with each engine that the project supports."""
