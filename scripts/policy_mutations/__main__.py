"""`python -m policy_mutations`."""

import sys

from policy_mutations.cli import main

sys.exit(main())
