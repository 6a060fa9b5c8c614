"""How a requirement is proved: a check named after it, run on the installed system, that says what it saw.

    @proves("P11-10g")
    def a_performer_does_not_verify(bench: Workbench) -> str: ...

A check returns its evidence in a sentence and raises `UnmetError` where the requirement does not hold.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TypeAlias

from homeostat.errors import HomeostatError
from homeostat.governance import Office
from homeostat.site import Kind, Site


class UnmetError(HomeostatError):
    """A requirement does not hold on this system."""


@dataclass(frozen=True)
class Workbench:
    """An empty folder to try things in, with a clock and ids that are the same in every run."""

    folder: Path
    clock: Callable[[], str]
    nonce: Callable[[], str]
    _sites: "count[int]" = field(default_factory=lambda: count(1))

    def site(self, kind: Kind = "training") -> Site:
        """A new, empty site."""
        return Site.create(self.folder / f"site-{next(self._sites)}", kind)

    @contextmanager
    def office(self, site: Site) -> Iterator[Office]:
        """The office of a site, open for acts."""
        with Office.open(site, self.clock, self.nonce) as office:
            yield office


Check: TypeAlias = Callable[[Workbench], str]

CHECKS: dict[str, list[Check]] = {}
"""The checks of each requirement id, in the order of their modules."""


def proves(*requirements: str) -> Callable[[Check], Check]:
    """Register a function as the check (or one of the checks) of these requirement ids."""

    def register(check: Check) -> Check:
        for requirement in requirements:
            CHECKS.setdefault(requirement, []).append(check)
        return check

    return register


def expect(holds: bool, otherwise: str) -> None:
    """Raise `UnmetError` with the words `otherwise` unless something `holds`."""
    if not holds:
        raise UnmetError(otherwise)


@contextmanager
def refused(by: type[HomeostatError], what: str) -> Iterator[None]:
    """The block must be refused with an error of this kind; `what` was tried is said where it was not."""
    try:
        yield
    except by:
        return
    raise UnmetError(f"{what} was not refused")
