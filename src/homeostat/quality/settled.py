"""What was settled on the alarms of a batch when it started: what the operator is to do, and how soon."""

from collections.abc import Mapping

from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import AlarmSettings, BatchStarted


def settled(ledger: Ledger, batch: str) -> Mapping[str, AlarmSettings]:
    """The settings of each alarm of `batch` by name; empty for a batch of a version that did not record them."""
    started = ledger.events(batch=batch, types=(BatchStarted.type,))
    contents = [BatchStarted.model_validate(one.event.data) for one in started]
    return {one.alarm: one for content in contents for one in content.alarms}
