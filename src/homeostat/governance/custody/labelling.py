"""Labels of identities and containers: what they say, and that they were printed: by whom, how many, and again why."""

import hashlib
from dataclasses import dataclass

from homeostat.errors import AuthorityError, WordingError
from homeostat.governance.authority import authorise
from homeostat.governance.custody.book import Book
from homeostat.governance.custody.entry import enter, stated
from homeostat.governance.labels.drawing import Label, Size, draw
from homeostat.governance.labels.reading import label_text, read
from homeostat.governance.office import Office
from homeostat.governance.orderly import in_order
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import LabelPrinted

_MOST = 500
_TRAINING = "TRAINING: not for patients"


@dataclass(frozen=True, slots=True)
class Printed:
    """Labels that were put on record: what they say, the drawing (SVG) of one, and the act."""

    label: Label
    drawing: str
    act: LabelPrinted


def label_of(book: Book, name: str, *, training: bool) -> Label:
    """What the label of an identity or a container says. AuthorityError where there is none, or it is held."""
    container = book.containers.get(name)
    identity = book.identity(container.identity if container else name)
    lines = [name, f"identity {identity.id}"] if container else [name, "chain of identity"]
    lines.append(f"patient  {identity.patient}")
    if container is not None:
        if container.held is not None or container.phase != "in custody":
            raise AuthorityError(f"the container is {container.state}: it gets no label", where=name)
        lines += [f"{container.vessel}, {identity.scope} use", *_donations(container.donations)]
    if training:
        lines.append(_TRAINING)
    return Label(label_text(identity.id, name if container else ""), name, tuple(lines))


def _donations(numbers: tuple[str, ...]) -> list[str]:
    if len(numbers) > 2:
        return [f"{len(numbers)} donations"]
    return [f"donation {read(one).fields.get('printed', one)}" for one in numbers]


@in_order("label.print")
def print_label(
    office: Office, session: Session, name: str, *, copies: int = 1, size: Size | None = None, why: str = ""
) -> Printed:
    """Put a print of labels on record, and give the drawing to print. A reprint needs a reason."""
    authorise(office, session, "label.print")
    if not 1 <= copies <= _MOST:
        raise WordingError(f"1 to {_MOST} copies are printed at once", where=f"{copies}")
    label = label_of(Book.of(office.ledger), name, training=office.site.kind == "training")
    drawing = draw(label, size or Size())

    def make(book: Book) -> LabelPrinted:
        again = book.printed[name] > 0
        if again and not why.strip():
            raise WordingError(
                f"a label was printed already ({book.printed[name]} in all)",
                where=name,
                mend="a reprint needs a reason",
            )
        label_of(book, name, training=False)
        return LabelPrinted(
            why=stated(why, "a reason", 200) if why.strip() else "first print",
            of=name,
            copies=copies,
            reprint=again,
            content=hashlib.sha256(drawing.encode()).hexdigest(),
        )

    return Printed(label, drawing, enter(office, session, make))
