"""The state after the one before: `dataclasses.replace`, quicker, for what every scan makes anew.

`dataclasses.replace` calls `__init__`, which sets each field of a frozen class through `object.__setattr__`: 10 µs for
the 24 fields of a batch, 3.4 for the 8 of a loop. Without slots the fields are a dictionary, and copying that takes
1 µs; a scan makes a dozen such copies, and a step of the outlook a few.
"""

from typing import TYPE_CHECKING, TypeVar

T = TypeVar("T")

__all__ = ["successor"]


def _successor(before: T, /, **changes: object) -> T:
    """`before` with other values in the named fields. Its class is a dataclass without slots or `__post_init__`."""
    after = object.__new__(type(before))
    fields = after.__dict__
    fields.update(before.__dict__)
    fields.update(changes)
    return after


if TYPE_CHECKING:  # of this function the type checker knows which fields there are, and of what type
    from dataclasses import replace as successor
else:
    successor = _successor
