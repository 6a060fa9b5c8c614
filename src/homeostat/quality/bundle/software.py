"""What the system consists of: every installed distribution that Homeostat needs, with version and licence."""

import json
import re
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")


@cache
def software() -> bytes:
    """The list as JSON (name, version, licence), Homeostat first, then by name: a bill of materials.

    Read once: a process goes on with what it was started with, and reading a hundred distributions takes half a second.
    """
    found = _needed("homeostat")
    listed = [
        {"name": name, "version": found[name].version, "licence": _licence(found[name])}
        for name in sorted(found, key=lambda name: (name != "homeostat", name))
    ]
    return (json.dumps({"format": "homeostat software 1", "software": listed}, indent=1) + "\n").encode()


def _needed(root: str) -> dict[str, Distribution]:
    """The installed distributions that `root` needs, and what those need; what is not installed is not used."""
    found: dict[str, Distribution] = {}
    waiting = [root]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        waiting += [match[0] for line in found[name].requires or () if (match := _NAME.match(line))]
    return found


def _licence(one: Distribution) -> str:
    said = one.metadata.json
    stated = str(said.get("license_expression") or said.get("license") or "").strip()
    if stated and "\n" not in stated:
        return stated
    marks = [mark for mark in one.metadata.get_all("Classifier") or () if mark.startswith("License ::")]
    return (
        "; ".join(mark.rpartition(" :: ")[2] for mark in marks) or stated.partition("\n")[0] or "not stated"
    )
