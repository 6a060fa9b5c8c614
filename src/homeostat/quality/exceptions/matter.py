"""What the rules look at: the sections of a record, and the story that they were folded from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from homeostat.quality.exceptions.places import Places
from homeostat.quality.model import (
    AlarmLine,
    AttributeLine,
    CommandLine,
    ControllerLine,
    Excursion,
    Header,
    ModelLine,
    MoveLine,
    OutlookLine,
    ParameterLine,
    PromptLine,
    ReadingLine,
    SampleLine,
    SignalLine,
    StepLine,
)
from homeostat.quality.story import Story


@dataclass(frozen=True)
class Matter:
    """The sections of one batch; `delays` are the alarm delays (µs) of its parameters."""

    story: Story
    header: Header
    delays: Mapping[str, int]
    attributes: tuple[AttributeLine, ...]
    parameters: tuple[ParameterLine, ...]
    steps: tuple[StepLine, ...]
    prompts: tuple[PromptLine, ...]
    samples: tuple[SampleLine, ...]
    alarms: tuple[AlarmLine, ...]
    signals: tuple[SignalLine, ...]
    commands: tuple[CommandLine, ...]
    moves: tuple[MoveLine, ...]
    readings: tuple[ReadingLine, ...]
    models: tuple[ModelLine, ...]
    outlook: tuple[OutlookLine, ...]
    controllers: tuple[ControllerLine, ...]

    @cached_property
    def places(self) -> Places:
        """Where in the ledger things stand."""
        return Places(self.story)

    @cached_property
    def critical(self) -> frozenset[str]:
        """The tags of critical process parameters."""
        return frozenset(line.tag for line in self.parameters)

    def lasting(self, line: ParameterLine) -> list[Excursion]:
        """The excursions that lasted as long as the parameter's alarm delay: those that weigh."""
        delay = self.delays.get(line.parameter, 0)
        return [one for one in line.excursions if one.end - one.start >= delay]
