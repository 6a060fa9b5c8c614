"""The model on which engines are compared: twelve states of a perfused T-cell culture with its gas control.

It is a fixed yardstick, not a twin of a process: of the size, stiffness and coupling that cell-culture models have,
with parameters of plausible magnitude that no run was fitted to. `homeostat.twin.models` holds the models to use.
"""

from typing import Any

from homeostat.twin import Model, input, parameter, state
from homeostat.twin.algebra import Algebra, Value

ASSUMED = "assumption: plausible magnitude, not fitted"
PER_LN10 = 0.43429448190325176
SPREAD = 0.15
"""Relative deviation between donors, of the twelve parameters that differ from donor to donor."""


def _assumed(value: float, unit: str, doc: str, spread: float = 0.0) -> Any:
    return parameter(value, unit, doc, spread=spread, low=1e-6 * value, high=1e3 * value, source=ASSUMED)


class PerfusedTCells(Model):
    """T cells in a perfused vessel that keeps the cells; oxygen is held by a PI controller that moves the gassing."""

    viable = state(0.5, "1e6 cell/mL", "viable cell density")
    dead = state(0.02, "1e6 cell/mL", "dead cell density")
    activation = state(0.8, "1", "activation of the viable cells")
    glucose = state(17.0, "mmol/L", "glucose concentration")
    lactate = state(1.0, "mmol/L", "lactate concentration")
    glutamine = state(4.0, "mmol/L", "glutamine concentration")
    ammonium = state(0.3, "mmol/L", "ammonium concentration")
    oxygen = state(80.0, "%", "dissolved oxygen, of saturation with air")
    bicarbonate = state(25.0, "mmol/L", "bicarbonate concentration")
    il2 = state(60.0, "IU/mL", "interleukin-2 concentration")
    volume = state(200.0, "mL", "culture volume", low=1.0)
    integral = state(0.0, "1/h", "integral action of the oxygen controller", low=-1e4, high=1e4)

    perfusion = input(0.0, "mL/h", "fresh medium in, cell-free medium out", low=0.0)
    feed = input(0.0, "mL/h", "concentrated feed in", low=0.0)
    withdrawal = input(0.0, "mL/h", "cell-free medium out beside the perfusion", low=0.0)
    il2_feed = input(0.0, "IU/h", "interleukin-2 in, of negligible volume", low=0.0)
    oxygen_set = input(50.0, "%", "set-point of dissolved oxygen", low=0.0, high=100.0)
    base = input(0.0, "mL/h", "bicarbonate solution in", low=0.0)

    growth_max = _assumed(0.072, "1/h", "largest specific growth rate", SPREAD)
    death_least = _assumed(0.0015, "1/h", "death rate in good conditions", SPREAD)
    death_toxic = _assumed(0.010, "1/h", "further death rate in the worst conditions")
    glucose_half = _assumed(0.4, "mmol/L", "glucose at half growth and uptake")
    glutamine_half = _assumed(0.12, "mmol/L", "glutamine at half growth and uptake")
    lactate_half = _assumed(32.0, "mmol/L", "lactate at half growth", SPREAD)
    ammonium_half = _assumed(4.0, "mmol/L", "ammonium at half growth", SPREAD)
    il2_half = _assumed(15.0, "IU/mL", "interleukin-2 at half stimulation", SPREAD)
    oxygen_half = _assumed(3.0, "%", "dissolved oxygen at half growth and uptake")
    ph_best = _assumed(7.25, "pH", "pH of fastest growth")
    ph_width = _assumed(0.30, "pH", "distance from it at which growth is 1/e")
    activation_rate = _assumed(0.030, "1/h", "activation at full stimulation", SPREAD)
    deactivation = _assumed(0.010, "1/h", "return to rest", SPREAD)
    growth_resting = _assumed(0.25, "1", "growth of resting cells, relative to what activation adds")
    glucose_uptake = _assumed(0.095, "pmol/(cell h)", "glucose taken up in fastest growth", SPREAD)
    glucose_upkeep = _assumed(0.010, "pmol/(cell h)", "glucose taken up without growth")
    lactate_yield = _assumed(1.6, "mol/mol", "lactate per glucose taken up", SPREAD)
    glutamine_uptake = _assumed(0.022, "pmol/(cell h)", "glutamine taken up in fastest growth", SPREAD)
    glutamine_decay = _assumed(0.0022, "1/h", "decay of glutamine to ammonium")
    ammonium_yield = _assumed(0.80, "mol/mol", "ammonium per glutamine taken up")
    oxygen_uptake = _assumed(0.11, "pmol/(cell h)", "oxygen taken up by activated cells", SPREAD)
    il2_decay = _assumed(0.006, "1/h", "loss of interleukin-2 activity", SPREAD)
    il2_uptake = _assumed(0.35, "uIU/(cell h)", "five times the largest uptake of interleukin-2")
    lysis = _assumed(0.004, "1/h", "disappearance of dead cells")
    carbon_dioxide = _assumed(40.0, "mmHg", "partial pressure of carbon dioxide")
    oxygen_solubility = _assumed(0.21, "mmol/L", "oxygen at saturation with air")
    transfer_idle = _assumed(2.0, "1/h", "oxygen transfer coefficient when the controller rests")
    transfer_max = _assumed(60.0, "1/h", "largest oxygen transfer coefficient")
    control_gain = _assumed(0.4, "1/(% h)", "proportional gain of the oxygen controller")
    control_time = _assumed(0.25, "h", "integral time of the oxygen controller")
    medium_glucose = _assumed(17.0, "mmol/L", "glucose in the medium")
    medium_glutamine = _assumed(4.0, "mmol/L", "glutamine in the medium")
    medium_bicarbonate = _assumed(26.0, "mmol/L", "bicarbonate in the medium")
    medium_il2 = _assumed(40.0, "IU/mL", "interleukin-2 in the medium")
    feed_glucose = _assumed(150.0, "mmol/L", "glucose in the feed")
    feed_glutamine = _assumed(30.0, "mmol/L", "glutamine in the feed")
    base_bicarbonate = _assumed(500.0, "mmol/L", "bicarbonate in the base")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Balances over the culture: perfusion exchanges what is dissolved; feed and base dilute everything."""
        clean = self._clean(m)
        growth = self._growth(clean)
        return {
            **self._cells(growth, clean),
            **self._nutrients(growth / self.growth_max),
            **self._signals(),
            **self._gassing(m),
            "volume": self.feed + self.base - self.withdrawal,
        }

    def _cells(self, growth: Value, clean: Value) -> dict[str, Value]:
        dilution = (self.feed + self.base) / self.volume
        death = self.death_least + self.death_toxic * (1.0 - clean * self._oxygen_limit())
        return {
            "viable": (growth - death) * self.viable - dilution * self.viable,
            "dead": death * self.viable - (self.lysis + dilution) * self.dead,
            "activation": self.activation_rate * self._il2_limit() * (1.0 - self.activation)
            - self.deactivation * self.activation
            - growth * self.activation * 0.15,
        }

    def _nutrients(self, share: Value) -> dict[str, Value]:
        """What is eaten and excreted at `share` of the fastest growth."""
        medium, feed, base = self.perfusion / self.volume, self.feed / self.volume, self.base / self.volume
        leaving = medium + feed + base
        vigour = (0.3 + 0.7 * self.activation) * self._glucose_limit()
        glucose = (self.glucose_upkeep + self.glucose_uptake * (0.2 + share)) * vigour * self.viable
        lactate = self.lactate_yield * glucose * self._lactate_limit()
        glutamine = self.glutamine_uptake * (0.25 + 0.75 * share) * self._glutamine_limit() * self.viable
        decayed = self.glutamine_decay * self.glutamine
        return {
            "glucose": medium * self.medium_glucose
            + feed * self.feed_glucose
            - leaving * self.glucose
            - glucose,
            "lactate": lactate - leaving * self.lactate,
            "glutamine": medium * self.medium_glutamine
            + feed * self.feed_glutamine
            - leaving * self.glutamine
            - glutamine
            - decayed,
            "ammonium": self.ammonium_yield * glutamine + decayed - leaving * self.ammonium,
            "bicarbonate": medium * self.medium_bicarbonate
            + base * self.base_bicarbonate
            - leaving * self.bicarbonate
            - 0.55 * lactate * self.bicarbonate / (self.bicarbonate + 2.0)
            + 0.05 * (24.0 - self.bicarbonate),
        }

    def _signals(self) -> dict[str, Value]:
        leaving = (self.perfusion + self.feed + self.base) / self.volume
        uptake = 0.2 * self.il2_uptake * self.il2 / (self.il2 + 5.0)
        entering = (self.perfusion * self.medium_il2 + self.il2_feed) / self.volume
        return {"il2": entering - (leaving + self.il2_decay) * self.il2 - uptake * self.viable}

    def _gassing(self, m: Algebra) -> dict[str, Value]:
        """The PI controller; what its actuator cannot give runs its integral back."""
        error = self.oxygen_set - self.oxygen
        wanted = self.transfer_idle + self.control_gain * error + self.integral
        given = m.minimum(m.maximum(wanted, 0.0, width=0.1), self.transfer_max, width=0.1)
        uptake = self.oxygen_uptake * (0.4 + 0.6 * self.activation) * self._oxygen_limit() * self.viable
        return {
            "oxygen": given * (100.0 - self.oxygen) - 100.0 * uptake / self.oxygen_solubility,
            "integral": self.control_gain / self.control_time * error + 20.0 * (given - wanted),
        }

    def _growth(self, clean: Value) -> Value:
        limits = self._glucose_limit() * self._glutamine_limit() * self._oxygen_limit() * clean
        stimulus = self._il2_limit() * (self.growth_resting + self.activation) / (self.growth_resting + 1.0)
        return self.growth_max * limits * stimulus

    def _clean(self, m: Algebra) -> Value:
        """How little lactate, ammonium and a wrong pH hinder growth: 1 where they do not."""
        ph = 6.1 + PER_LN10 * m.log(self.bicarbonate / (0.03 * self.carbon_dioxide))
        away = (ph - self.ph_best) / self.ph_width
        ammonium = self.ammonium_half / (self.ammonium_half + self.ammonium)
        return self._lactate_limit() * ammonium * m.exp(-away * away)

    def _glucose_limit(self) -> Value:
        return self.glucose / (self.glucose_half + self.glucose)

    def _glutamine_limit(self) -> Value:
        return self.glutamine / (self.glutamine_half + self.glutamine)

    def _lactate_limit(self) -> Value:
        return self.lactate_half / (self.lactate_half + self.lactate)

    def _oxygen_limit(self) -> Value:
        return self.oxygen / (self.oxygen_half + self.oxygen)

    def _il2_limit(self) -> Value:
        return self.il2 / (self.il2_half + self.il2)
