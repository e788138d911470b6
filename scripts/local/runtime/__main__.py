"""`python -m scripts.local.runtime`."""

import sys

from scripts.local.runtime.cli import main

sys.exit(main())
