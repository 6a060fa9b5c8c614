"""Taking a batch up again: what was held, or paused by a person, goes on by a person's order, signed at a GMP site.

office, session, secret, batch -> which order it takes -> that order in the batch's inbox, or none
What the run itself paused, to wait for persons, and what broke off goes on without an order.
"""

from homeostat.execution.entering import CommandName, command
from homeostat.execution.orders import waiting
from homeostat.execution.slips import CommandSlip
from homeostat.execution.states import Command, State
from homeostat.governance import Office, Session
from homeostat.governance.people import Secret
from homeostat.ledger.catalogue import (
    RECONCILE,
    CommandGiven,
    PromptClosed,
    PromptOpened,
    StateChanged,
    payload,
)

_TOLD = (CommandGiven.type, PromptClosed.type, PromptOpened.type, StateChanged.type)


def take_up(office: Office, session: Session, secret: Secret, batch: str, *, reason: str) -> None:
    """Give the order by which `batch` goes on, where it takes one. Raises AuthorityError where the person may not."""
    wanted = order_wanted(office, batch)
    if wanted is not None:
        command(office, session, secret, batch, wanted, reason=reason)


def order_wanted(office: Office, batch: str) -> CommandName | None:
    """The order without which a batch does not go on; None where it takes none, or one waits already.

    A batch that is held because the outcome of a command is not known asks for an answer, not for an order.
    """
    if any(isinstance(slip, CommandSlip) for _, slip in waiting(office.site, batch)):
        return None
    state, pauses, unreconciled = "", list[CommandGiven](), set[str]()
    for one in office.acts(_TOLD, batch):
        told = payload(one.event.type, one.event.data)
        if isinstance(told, StateChanged):
            state = told.after
        elif isinstance(told, CommandGiven) and told.command == Command.PAUSE.value and not told.objection:
            pauses.append(told)
        elif isinstance(told, PromptOpened) and told.prompt.startswith(RECONCILE):
            unreconciled.add(told.prompt)
        elif isinstance(told, PromptClosed) and told.accepted:
            unreconciled.discard(told.prompt)
    if state == State.HELD.value and not unreconciled:
        return "restart"
    return "resume" if state == State.PAUSED.value and pauses and pauses[-1].by else None
