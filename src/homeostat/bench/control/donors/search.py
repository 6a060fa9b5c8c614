"""The search for a rival's numbers, on the tuning donors alone: `python -m homeostat.bench.control.donors.search pid`.

    what is known, unit cube (Sobol) -> first donors -> the best, each shaken -> more donors -> ... -> file

Every candidate meets the same donors and the same cost (declared.yaml); docs/control-proof.md tells how many each had.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml
from scipy.stats import qmc

from homeostat.bench.control.donors.declaration import Contender, declared
from homeostat.bench.control.donors.rehearsal import rehearsed
from homeostat.bench.control.donors.rivals import RIVALS, Kind, Tree
from homeostat.bench.control.donors.scoring import Batch, cost

FIRST = (64, 5)
"""Candidates of each kind, and on how many donors they are tried."""
NEAR = (12, 0.08)
"""Shakes of each candidate that is known, and their standard deviation in the unit cube."""
ROUNDS = ((8, 4, 0.08, 8), (5, 4, 0.05, 16), (3, 4, 0.03, 24), (2, 4, 0.015, 40))
"""Each round: the best so far, shakes of each, their standard deviation in the unit cube, and donors to try all on."""

Note = Callable[[str], None]


@dataclass(frozen=True)
class Candidate:
    """A point of the unit cube of one kind."""

    kind: Kind
    point: tuple[float, ...]

    @property
    def tree(self) -> Tree:
        """The contender, as it stands in a file."""
        return self.kind.contender(self.point)

    def shaken(self, rng: np.random.Generator, width: float) -> "Candidate":
        """One near it, within the cube."""
        return Candidate(self.kind, tuple(np.clip(rng.normal(self.point, width), 0.0, 1.0).tolist()))


@dataclass
class Rehearsals:
    """What was tried: the batches of every candidate on the first tuning donors, each executed once."""

    note: Note
    done: dict[str, list[Batch]] = field(default_factory=dict)

    def ranked(self, candidates: Iterable[Candidate], donors: int) -> list[Candidate]:
        """Candidates by what they cost on the first `donors`."""
        by_cost = [(self._cost(each, donors), each) for each in candidates]
        return [each for _, each in sorted(by_cost, key=lambda pair: pair[0])]

    def _cost(self, candidate: Candidate, donors: int) -> float:
        tree, first = candidate.tree, declared().seeds.tuning[0]
        contender = Contender.model_validate(tree)
        batches = self.done.setdefault(contender.model_dump_json(), [])
        batches += [rehearsed(contender, first + k) for k in range(len(batches), donors)]
        value = cost(batches[:donors])
        self.note(
            f"{donors} donors, cost {value:.3f}: {tree['title']} {[round(x, 3) for x in candidate.point]}"
        )
        return value


def search(name: str, note: Note) -> Tree:
    """The best contender of a rival's kinds that the declared number of candidates finds."""
    tried, rng = Rehearsals(note), np.random.default_rng(6)
    count, donors = FIRST
    known = [Candidate(kind, tuple(kind.point(numbers))) for kind in RIVALS[name] for numbers in kind.known]
    near = [each.shaken(rng, NEAR[1]) for each in known for _ in range(NEAR[0])]
    spread = [each for kind in RIVALS[name] for each in _spread(kind, count)]
    ranked = tried.ranked([*known, *near, *spread], donors)
    for best, shakes, width, donors in ROUNDS:
        kept = ranked[:best]
        kept += [each for each in known if each not in kept]  # what is found is not worse than what was known
        ranked = tried.ranked([*kept, *(p.shaken(rng, width) for p in kept for _ in range(shakes))], donors)
    found = ranked[0]
    note(
        f"{len(tried.done)} candidates; at an end of the box: {found.kind.at_ends(found.point) or 'nothing'}"
    )
    return found.tree


def _spread(kind: Kind, count: int) -> list[Candidate]:
    """Points that fill the box of a kind."""
    points = qmc.Sobol(len(kind.box), rng=np.random.default_rng(5)).random(count)
    return [Candidate(kind, tuple(point.tolist())) for point in points]


if __name__ == "__main__":
    found = search(sys.argv[1], lambda text: print(text, file=sys.stderr, flush=True))
    target = Path(__file__).parent / "contenders" / f"{sys.argv[1]}.yaml"
    text = yaml.safe_dump(found, sort_keys=False, width=110)
    target.write_text(f"# Found by {__spec__.name} on the tuning donors.\n{text}", encoding="utf-8")
