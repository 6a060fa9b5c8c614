"""Garbage collection put off while a record is folded: its events are all kept, so there is nothing to collect.

Of a long record a collection goes through millions of live objects, again and again, and finds none to free.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_later() -> Iterator[None]:
    """No garbage collection until the end of the block; then as it was before, also if the block fails."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
