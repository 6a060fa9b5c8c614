"""The twin against the laboratory: every reported quantity that the twin predicts, pair by pair."""

import math
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from homeostat.quality.model import ComparisonLine, Pair, ResultLine, SampleLine, Value
from homeostat.quality.prediction import predicted
from homeostat.quality.story import Story


def comparisons(story: Story, samples: tuple[SampleLine, ...]) -> tuple[ComparisonLine, ...]:
    """One line for each quantity and unit that both report, in the order of the first result."""
    pairs: dict[tuple[str, str], list[Pair]] = {}
    for sample in samples:
        for result in sample.results:
            for value in result.values:
                pair = _pair(story, sample.sample, result, value)
                if pair is not None:
                    pairs.setdefault((value.quantity, value.unit), []).append(pair)
    return tuple(line(quantity, _title(quantity), unit, found) for (quantity, unit), found in pairs.items())


def _pair(story: Story, sample: str, result: ResultLine, value: Value) -> Pair | None:
    belief = predicted(story, value.quantity, result.taken, value.unit)
    if value.value is None or belief is None:
        return None
    return Pair(
        sample=sample,
        assay=result.assay,
        time=result.taken,
        measured=value.value,
        predicted=belief,
        error=belief - value.value,
    )


def line(quantity: str, title: str, unit: str, pairs: Sequence[Pair]) -> ComparisonLine:
    """The errors over all `pairs` (at least one): root mean square, mean, and mean relative to what was measured."""
    errors = [pair.error for pair in pairs]
    shares = [abs(pair.error / pair.measured) for pair in pairs if pair.measured]
    return ComparisonLine(
        quantity=quantity,
        title=title,
        unit=unit,
        count=len(pairs),
        rmse=math.sqrt(math.fsum(error * error for error in errors) / len(errors)),
        bias=math.fsum(errors) / len(errors),
        relative=math.fsum(shares) / len(shares) if shares else None,
        pairs=tuple(pairs),
    )


def _title(quantity: str) -> str:
    """The quantity's own name: a quality attribute's title speaks of one moment only."""
    words = quantity.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def fit_note(equipment: Mapping[str, JsonValue]) -> str:
    """What the errors of a recorded run are worth: whether the twin's parameters were fitted on it."""
    fitted = equipment.get("fitted")
    if not isinstance(fitted, bool):
        return ""
    run = f"run {equipment.get('run')}, by the log's name"
    if fitted:
        return f"The twin's parameters were fitted on this run ({run}): the errors show the fit and test nothing."
    return f"The twin's parameters were not fitted on this run ({run}): the errors are those of a prediction."
