"""`python -m scripts.local.demo`."""

import sys

from scripts.local.demo.cli import main

sys.exit(main())
