"""The whole benchmark in its order: engine, rivals, sensitivities, compiling, two cores, a population."""

from dataclasses import replace

from homeostat.bench.result import Result
from homeostat.bench.twin.against import against
from homeostat.bench.twin.bars import instruction_set
from homeostat.bench.twin.compiling import compiling
from homeostat.bench.twin.donors import donors
from homeostat.bench.twin.pinned import one_core
from homeostat.bench.twin.population import measurable, population
from homeostat.bench.twin.reference import reference
from homeostat.bench.twin.rivals import RIVALS
from homeostat.bench.twin.sensitivities import sensitivities
from homeostat.bench.twin.size import FULL, QUICK
from homeostat.bench.twin.speed import speed, two_cores
from homeostat.twin import Target


def measure(*, quick: bool) -> list[Result]:
    """Speed of the engine, of its rivals, of compiling and of sensitivities.

    `quick` has few donors, for a first look: then calls cost as much as the work in them, and no bar applies.
    """
    size, instructions = QUICK if quick else FULL, instruction_set(Target.host())
    people = donors(size.many)
    with one_core():
        truth = reference(people.first(size.truth))
        results = [
            *speed(size, people, truth, instructions),
            *against(size, people, truth, RIVALS),
            sensitivities(size, people, instructions),
            *compiling(1 if quick else 5),
        ]
    results.append(two_cores(size, people))
    if measurable():
        results += population(size.population, 1 if quick else 3)
    return [replace(result, bar=None) for result in results] if quick else results
