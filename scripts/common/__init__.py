"""What all commands share; standard library only, and Python 3.9 for what the set-up of the tools imports."""
