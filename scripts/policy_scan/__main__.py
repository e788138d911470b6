"""`python -m policy_scan` is the `scan` command."""

import sys

from policy_scan.cli import main

sys.exit(main())
