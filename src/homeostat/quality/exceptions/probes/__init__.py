"""The probes by name: what a rule may look at. Each is a pure function of the matter and of its rule's limits."""

from collections.abc import Mapping

from homeostat.quality.exceptions.probes import (
    alarmed,
    entered,
    executed,
    kept,
    measured,
    minded,
    operated,
    outcome,
    stepped,
)
from homeostat.quality.exceptions.seen import Probe

PROBES: Mapping[str, Probe] = {
    "ending": outcome.ending,
    "approval": outcome.approval,
    "declaration": outcome.declaration,
    "attributes": measured.attributes,
    "parameters": measured.parameters,
    "readings": measured.readings,
    "signals": measured.signals,
    "sources": measured.sources,
    "equipment notes": measured.notes,
    "alarms": alarmed.alarms,
    "alarm orders": alarmed.orders,
    "moves": operated.moves,
    "commands": operated.commands,
    "loops": operated.loops,
    "recipe changes": operated.recipe_changes,
    "phases": stepped.phases,
    "prompts": stepped.prompts,
    "samples": entered.samples,
    "results": entered.results,
    "entries": entered.entries,
    "custody": kept.custody,
    "models": minded.models,
    "outlook": minded.outlook,
    "controllers": minded.controllers,
    "planning": minded.planning,
    "control orders": minded.orders,
    "clock": executed.clock,
    "interruptions": executed.interruptions,
}
