"""One core for everything that is compared, so that no engine's threads wait for each other at the cost of CPU time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_core() -> Iterator[None]:
    """Hold this process on one of its cores meanwhile, where the system can (Linux).

    JAX, which starts as many threads as it may use, spends up to twice the CPU time on a batch without this.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
