"""`python -m scripts.scan.mutations`."""

import sys

from scripts.scan.mutations.cli import main

sys.exit(main())
