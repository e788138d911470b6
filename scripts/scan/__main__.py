"""`python -m scripts.scan` is the `policy-scan` command."""

import sys

from scripts.scan.cli import main

sys.exit(main())
