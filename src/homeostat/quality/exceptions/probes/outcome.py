"""How the batch ended, and by which declaration it was made."""

from collections.abc import Iterator

from homeostat.ledger.catalogue import BatchEnded
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.ruleset import Rule
from homeostat.quality.exceptions.seen import NOT_DUE, PASSED, Seen, one, tail


def ending(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """The state the batch ended in."""
    header = matter.header
    if not header.finished:
        yield NOT_DUE
    elif header.state == "complete":
        yield PASSED
    else:
        events = tuple(fact.id for fact in matter.story.of(BatchEnded))
        because = tail(header.reason)
        yield one("cut short", header.batch, header.duration, events, state=header.state, because=because)


def approval(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Whether the batch started from an approved definition, or one that says so itself; for training it need not."""
    header = matter.header
    if matter.story.process is None:
        yield NOT_DUE
    elif header.approval.state == "approved" or header.definition:
        yield PASSED
    else:
        case = "unapproved at a GMP site" if header.site_kind == "gmp" else "unapproved"
        yield one(
            case,
            header.process,
            None,
            matter.places.start(),
            process=header.process,
            version=header.version,
            state=header.approval.state,
        )


def declaration(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Whether the declaration on record can be read."""
    if matter.story.process is not None:
        yield PASSED
    else:
        yield one("unreadable", matter.header.process, None, matter.places.start())
