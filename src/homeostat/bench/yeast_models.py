"""The yeast model as it is compared with the public runs, and the hybrids of it that compete.

The analyser's off-gas counts by its shape only: each run has a free scale. A hybrid's parameters vary by a factor that
is learnt; the balances of carbon and oxygen demand close in all of them, as they do for any values of the parameters.
"""

from collections.abc import Mapping, Sequence

from homeostat.twin import Model, output, parameter
from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.fit import Free, LogNormal, free
from homeostat.twin.hybrid import Argument, Factor, KernelTerm, NeuralTerm, Term, hybrid
from homeostat.twin.models.yeast_fed_batch import YeastFedBatch


class YeastRead(YeastFedBatch):
    """The shipped yeast model, with the off-gas as the analyser of one run shows it."""

    gas_scale = parameter(1.2, "1", "predicted over read carbon dioxide", low=0.3, high=3.0, source="free")
    gas_read = output("%", "carbon dioxide that the analyser reads, its zero put right")

    def outputs(self, m: Algebra) -> dict[str, Value]:
        """The shipped outputs and the reading."""
        known = super().outputs(m)
        return {**known, "gas_read": known["carbon_dioxide_gas"] / self.gas_scale}


PRIORS: Mapping[str, LogNormal] = {
    "uptake_max": LogNormal(2.0, 0.5),
    "respiration_max": LogNormal(0.256, 0.4),
    "yield_respired": LogNormal(0.52, 0.06),
    "yield_fermented": LogNormal(0.1, 0.3),
    "ethanol_formed": LogNormal(0.42, 0.08),
    "yield_ethanol": LogNormal(0.70, 0.08),
    "maintenance": LogNormal(0.008, 0.5),
    "repressed": LogNormal(0.4, 0.4),
    "adaptation": LogNormal(0.3, 0.6),
    "kla": LogNormal(125.0, 0.3),
}
"""What is fitted of the mechanistic part, as studies/yeast_fit.py does for the shipped values."""
START = LogNormal(0.4, 0.4)
"""Respiratory capacity at inoculation, the same in all runs."""
GAS = LogNormal(1.2, 0.2)

GLUCOSE, FALLING = Argument(0.0, 4.0), Argument(0.0, 4.0, monotone=-1)
ETHANOL = Argument(0.0, 7.0)


def _network(reach: float, glucose: Argument = GLUCOSE) -> Term:
    return NeuralTerm({"glucose": glucose, "ethanol": ETHANOL}, Factor(reach), units=3)


def _process(reach: float) -> Term:
    return KernelTerm({"glucose": GLUCOSE, "ethanol": ETHANOL}, Factor(reach), places=4, length=0.8)


STRUCTURES: Mapping[str, Mapping[str, Term]] = {
    "overflow, network": {"ethanol_formed": _network(0.25)},
    "overflow, process": {"ethanol_formed": _process(0.25)},
    "glucose uptake, process": {"uptake_max": _process(0.7)},
    "derepression, process": {"adaptation": _process(2.0)},
    "respiratory capacity, network": {"respiration_max": _network(1.0, FALLING)},
}
"""Which rate a hybrid learns, and how; more glucose never raises the learnt respiratory capacity."""


def model(structure: str) -> type[Model]:
    """The mechanistic model for "mechanistic", else the hybrid of that name."""
    if structure == "mechanistic":
        return YeastRead
    return hybrid(YeastRead, STRUCTURES[structure], name="YeastHybrid")


def learnt(kind: type[Model], runs: Sequence[str], start: Mapping[str, float] | None = None) -> list[Free]:
    """The quantities of the mechanistic part with their priors, and each run's scale; from `start` where known."""
    begin = start or {}
    found = [_free(kind, name, prior, begin) for name, prior in PRIORS.items()]
    found.append(_free(kind, "respiration", START, begin))
    return found + [_free(kind, f"gas_scale@{run}", GAS, begin) for run in runs]


def _free(kind: type[Model], name: str, prior: LogNormal, start: Mapping[str, float]) -> Free:
    """Within four standard deviations of the prior, and within what the model declares."""
    s = kind.signature
    base = name.partition("@")[0]
    declared = (s.parameters if base in s.parameters.names else s.states)[base]
    reach = 2.718281828459045 ** (4.0 * prior.deviation)
    lower = max(declared.low, prior.median / reach)
    upper = min(declared.high, prior.median * reach)
    return free(kind, name, lower=lower, upper=upper, prior=prior, start=start.get(name, prior.median))
