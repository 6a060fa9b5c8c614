"""Controlled-rate freezing, storage and thaw: where cells that were counted alive are lost, at once or hours later."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.chain.handling import kill, pour_in, take
from homeostat.twin.chain.material import DMSO, SOLUTES, Amounts, Material, ratio
from homeostat.twin.chain.step import Change, Step, require_fractions
from homeostat.twin.chain.uncertain import Array, Uncertain

YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Freezing(Step):
    """Controlled-rate freezing with the two factors of Mazur, Leibo & Chu 1972 (Exp Cell Res 71:345).

    Cooled slowly, cells lie long in concentrated solution: the hazard is `solution_rate` / rate, and DMSO lowers it by
    exp(-DMSO / protection). Cooled fast, ice forms within: the fraction is 1 - exp(-(rate / ice_rate)^2). Whether a
    cell with ice survives is decided in thawing (Baboo et al. 2019, Sci Rep 9:3417).
    """

    title: ClassVar[str] = "Controlled-rate freezing"
    law: ClassVar[str] = (
        "survival exp(-(solution_rate / rate) exp(-DMSO / protection)); ice 1 - exp(-(rate / ice_rate)^2)"
    )

    rate: Uncertain
    solution_rate: Uncertain
    protection: Uncertain
    ice_rate: Uncertain
    injured: Uncertain
    hours: Uncertain

    def __post_init__(self) -> None:
        require_fractions(self, "injured")
        if any(self.parameters[name].value <= 0.0 for name in ("rate", "protection", "ice_rate")):
            raise TwinError("cooling, protection and ice rate must be positive", where=self.name)

    def apply(self, material: Material, draws: Mapping[str, Array]) -> Change:
        """Freeze: the slow factor kills now, the fast one leaves ice."""
        unprotected = np.exp(-material.dissolved[:, DMSO] / draws["protection"])
        survival = np.exp(-draws["solution_rate"] / draws["rate"] * unprotected)
        bag = replace(
            kill(material, survival),
            iced=-np.expm1(-((draws["rate"] / draws["ice_rate"]) ** 2)),
            injured=draws["injured"],
            age=material.age + draws["hours"],
        )
        nothing = Amounts.nothing(material.patients)
        return Change(bag, nothing, nothing)


@dataclass(frozen=True)
class Storage(Step):
    """Frozen storage: slow decay that depends on the temperature, and a loss in each transient warming."""

    title: ClassVar[str] = "Storage"
    law: ClassVar[str] = (
        "survival exp(-decay q10^((T + 80) / 10) t) (1 - excursion_loss)^excursions; decay at -80 degC"
    )

    days: Uncertain
    temperature: Uncertain
    decay: Uncertain
    q10: Uncertain
    excursions: Uncertain
    excursion_loss: Uncertain

    def __post_init__(self) -> None:
        require_fractions(self, "excursion_loss")
        if self.temperature.value > -60.0:
            raise TwinError("the material would thaw", where=self.name, mend="store at -60 degC or below")

    def apply(self, material: Material, draws: Mapping[str, Array]) -> Change:
        """Let the days pass."""
        speed = draws["decay"] * draws["q10"] ** ((draws["temperature"] + 80.0) / 10.0)
        kept = (1.0 - draws["excursion_loss"]) ** draws["excursions"]
        survival = np.exp(-speed * draws["days"] / YEAR_DAYS) * kept
        bag = replace(kill(material, survival), age=material.age + 24.0 * draws["days"])
        nothing = Amounts.nothing(material.patients)
        return Change(bag, nothing, nothing)


@dataclass(frozen=True)
class Thaw(Step):
    """Thaw, dilution and the wait until infusion: ice recrystallises, injured cells die late, warm DMSO is toxic."""

    title: ClassVar[str] = "Thaw and infusion"
    law: ClassVar[str] = (
        "of cells with ice 1 / (1 + (ice_half / warming)^2) survive; injured ones die as 1 - exp(-wait / delay); "
        "all by exp(-toxicity DMSO wait)"
    )

    warming: Uncertain
    ice_half: Uncertain
    delay: Uncertain
    toxicity: Uncertain
    recovery: Uncertain
    dilution: Uncertain
    wait: Uncertain

    def __post_init__(self) -> None:
        require_fractions(self, "recovery")
        if any(self.parameters[name].value <= 0.0 for name in ("warming", "delay")):
            raise TwinError("warming rate and delay must be positive", where=self.name)

    def apply(self, material: Material, draws: Mapping[str, Array]) -> Change:
        """Thaw, add `dilution` mL per mL, empty the bag, and wait."""
        rescued = 1.0 / (1.0 + (draws["ice_half"] / draws["warming"]) ** 2)
        thawed = kill(material, 1.0 - material.iced * (1.0 - rescued))
        diluted, added = pour_in(thawed, thawed.volume * draws["dilution"], np.zeros(len(SOLUTES)))
        late = 1.0 + material.injured * np.expm1(-draws["wait"] / draws["delay"])
        toxic = np.exp(-draws["toxicity"] * diluted.dissolved[:, DMSO] * draws["wait"])
        bag, lost = take(kill(diluted, late * toxic), draws["recovery"])
        bag = replace(
            bag,
            iced=np.zeros(material.patients),
            injured=ratio(material.injured * np.exp(-draws["wait"] / draws["delay"]), late),
            age=bag.age + draws["wait"],
        )
        return Change(bag, added, lost)
