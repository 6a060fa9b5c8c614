"""The elementary acts of which the steps are made: cells die, a part is taken, liquid comes or goes.

Each is a pure function of a material; what leaves is returned beside it, so that a step can account for it.
"""

from dataclasses import replace

import numpy as np

from homeostat.twin.chain.material import Amounts, Material
from homeostat.twin.chain.uncertain import Array


def kill(material: Material, survival: Array) -> Material:
    """Let all but the fraction `survival` (n,) of the viable cells die; they stay in the bag as dead ones."""
    viable = material.viable * survival[:, None]
    return replace(material, viable=viable, dead=material.dead + material.viable * (1.0 - survival)[:, None])


def take(material: Material, share: Array) -> tuple[Material, Amounts]:
    """Take the fraction `share` (n,) of a well-mixed bag; return it and what stays behind."""
    taken = replace(
        material,
        volume=material.volume * share,
        viable=material.viable * share[:, None],
        dead=material.dead * share[:, None],
        beads=material.beads * share,
    )
    held, rest = material.amounts, 1.0 - share
    return taken, Amounts(held.cells * rest[:, None], held.beads * rest, held.dissolved * rest[:, None])


def recover(
    material: Material, viable: Array, dead: Array, beads: Array | None = None
) -> tuple[Material, Amounts]:
    """Keep fractions of the cells, `viable` and `dead` ((n,) or (n, 3)), and of the `beads` (n,), in their liquid."""
    alive, gone = (np.atleast_2d(f.T).T for f in (viable, dead))
    kept = np.ones(material.patients) if beads is None else beads
    lost = Amounts.nothing(material.patients)
    lost = replace(
        lost,
        cells=material.viable * (1.0 - alive) + material.dead * (1.0 - gone),
        beads=material.beads * (1.0 - kept),
    )
    after = replace(
        material, viable=material.viable * alive, dead=material.dead * gone, beads=material.beads * kept
    )
    return after, lost


def draw_off(material: Material, volume: Array) -> tuple[Material, Amounts]:
    """Draw off cell-free liquid down to `volume` (n,) mL; where there is less already, nothing happens."""
    left = np.minimum(volume, material.volume)
    lost = Amounts.nothing(material.patients)
    lost = replace(lost, dissolved=material.dissolved * (material.volume - left)[:, None])
    return replace(material, volume=left), lost


def pour_in(material: Material, volume: Array, concentrations: Array) -> tuple[Material, Amounts]:
    """Add `volume` (n,) mL of liquid with the dissolved `concentrations` ((4,) or (n, 4)), and mix."""
    brought = np.broadcast_to(concentrations, material.dissolved.shape) * volume[:, None]
    total = material.volume + volume
    held = material.amounts.dissolved + brought
    mixed = np.divide(held, total[:, None], out=np.zeros_like(held), where=total[:, None] > 0.0)
    added = replace(Amounts.nothing(material.patients), dissolved=brought)
    return replace(material, volume=total, dissolved=mixed), added
