"""The office: where a person's act is checked and becomes an event, durable before the call returns.

session, permission, act -> known? session alive? permitted? -> event in the ledger, or a refusal in words
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from homeostat.ledger import Event, Ledger, Recorded
from homeostat.ledger.catalogue import Act
from homeostat.site import Site


@dataclass(frozen=True)
class Office:
    """A site that is open for acts of persons.

    `clock` gives the wall-clock stamp (ISO 8601 with UTC offset), `nonce` a text that was never given before.
    """

    site: Site
    ledger: Ledger
    clock: Callable[[], str]
    nonce: Callable[[], str]

    @classmethod
    @contextmanager
    def open(cls, site: Site, clock: Callable[[], str], nonce: Callable[[], str]) -> Iterator["Office"]:
        """The office of `site`. Any number may be open at once, also while a batch is executed."""
        with site.recording(clock) as ledger:
            yield cls(site, ledger, clock, nonce)

    def put(
        self,
        actor: str,
        act: Act,
        *,
        batch: str = "",
        event: str = "",
        lest: Callable[[], object] = lambda: None,
    ) -> str:
        """Make `act` of `actor` durable, about a batch if one is named; the event's id.

        `event` is an id that can be taken once only, to tell a repetition from a new act; without it a new one is
        made. Raises LedgerError where it is taken, and what `lest` raises, which looks at the ledger once nobody else
        can write: then nothing was stored. Who may act is `authority`'s to check, before.
        """
        name = event or f"act/{self.nonce()}"
        try:
            self.ledger.append(Event(name, act.type, batch, 0, actor, act.model_dump(mode="json")))
            self.ledger.commit(lest)
        except BaseException:
            self.ledger.drop()
            raise
        return name

    def acts(self, types: Collection[str], batch: str = "") -> Iterator[Recorded]:
        """What was done of these types, about the site or about one batch, in order."""
        return self.ledger.events(batch=batch, types=types)
