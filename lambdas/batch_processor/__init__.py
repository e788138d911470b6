"""The Lambda that finds new files, splits them and sends a message for each chunk."""

import gc

# Nearly all that is imported stays, so to look for what does not is a tenth of a start's time; `handler` ends it.
gc.disable()
