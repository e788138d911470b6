"""The Lambda that finds new files, splits them and sends a message for each chunk."""

import gc

# Almost nothing that is imported becomes garbage, and to look for it takes a tenth of the start. `handler` enables
# the collector again.
gc.disable()
