"""Sites as places of work: made for training or for GMP; a training site has demonstration people from the start."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from homeostat.errors import SiteError
from homeostat.governance.demonstration import enrol_demonstration
from homeostat.governance.known import directory
from homeostat.governance.office import Office
from homeostat.ledger import Ledger
from homeostat.site import Kind, Site


def create(root: Path, kind: Kind, clock: Callable[[], str], nonce: Callable[[], str]) -> Site:
    """A new site of this kind. Raises SiteError where there is one already: its kind never changes."""
    if (root / "site.json").is_file():
        raise SiteError(
            f"there is a {Site.open(root).kind} site here already",
            where=str(root),
            mend="a site keeps its kind; name another directory",
        )
    site = Site.create(root, kind)
    with Office.open(site, clock, nonce) as office:
        welcome(office)
    return site


def welcome(office: Office) -> None:
    """Make the demonstration identities of a training site where nobody has an account yet."""
    if office.site.kind == "training" and not directory(office).accounts:
        enrol_demonstration(office)


@contextmanager
def ledger_of(site: Site) -> Iterator[Ledger]:
    """The ledger of a site, to read, also where no batch was run yet. Raises SiteError where nothing has happened."""
    if not site.ledger_path.is_file():
        raise SiteError("nothing has happened at this site yet", where=str(site.root))
    with site.looking() as ledger:
        yield ledger
