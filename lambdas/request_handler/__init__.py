"""The Lambda that takes a chunk from the queue, validates its rows and merges them into the database."""

import gc

# Almost nothing that is imported becomes garbage, and to look for it takes a tenth of the start. `handler` enables
# the collector again.
gc.disable()
