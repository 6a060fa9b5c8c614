"""How two versions of a definition differ: each value that changed, by its field path, old and new."""

import json
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from homeostat.ledger.catalogue import Change


def difference(before: str, after: str) -> tuple[Change, ...]:
    """The changes from `before` to `after`; of texts that are not both JSON, by line. What is not there is None."""
    try:
        old, new = json.loads(before), json.loads(after)
    except ValueError:
        old, new = ({"line": text.splitlines()} for text in (before, after))
    return tuple(_changes("", old, new))


def _changes(path: str, old: JsonValue, new: JsonValue) -> Iterator[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from _changes(f"{path}.{key}".lstrip("."), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        for place in range(max(len(old), len(new))):
            yield from _changes(f"{path}[{place}]", _at(old, place), _at(new, place))
    elif type(old) is not type(new) or old != new:
        yield Change(field=path, old=old, new=new)


def _at(values: Sequence[JsonValue], place: int) -> JsonValue:
    return values[place] if place < len(values) else None
