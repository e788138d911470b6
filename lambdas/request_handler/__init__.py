"""The Lambda that takes a chunk from the queue, validates its rows and merges them into the database."""

import gc

# Nearly all that is imported stays, so to look for what does not is a tenth of a start's time; `handler` ends it.
gc.disable()
