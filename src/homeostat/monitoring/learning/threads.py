"""Learning on one thread: sums that are divided among threads may differ in their last bits from run to run."""

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def one_thread() -> AbstractContextManager[object]:
    """Within, linear algebra uses one thread."""
    limited: AbstractContextManager[object] = threadpool_limits(1)
    return limited
