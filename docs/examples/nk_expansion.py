"""A model of one's own: natural killer cells that grow on glucose and are slowed by lactate."""

from homeostat.twin import Model, input, output, parameter, state


class NkExpansion(Model):
    """Natural killer cells in a perfused bag."""

    viable = state(0.4, "1e6 cell/mL", "viable cell density")
    glucose = state(20.0, "mmol/L", "glucose concentration")
    lactate = state(1.0, "mmol/L", "lactate concentration")

    dilution = input(0.0, "1/d", "fresh medium, in volumes a day; cells are kept", low=0.0, high=5.0)

    growth_max = parameter(0.035, "1/h", "largest growth rate", spread=0.2, low=0.0, high=0.2)
    glucose_half = parameter(1.0, "mmol/L", "glucose at half growth", spread=0.1, low=0.01, high=20.0)
    lactate_half = parameter(25.0, "mmol/L", "lactate at half growth", spread=0.2, low=1.0, high=200.0)
    uptake = parameter(0.15, "pmol/(cell h)", "glucose uptake", spread=0.15, low=0.0, high=2.0)
    lactate_yield = parameter(1.7, "mol/mol", "lactate per glucose", spread=0.05, low=0.0, high=2.0)

    total = output("1e6 cell/mL", "cells grown since the start")

    def rates(self, m):
        """Balances per hour; every term in the unit of its state."""
        medium = self.dilution / 24.0
        limit = self.glucose / (self.glucose_half + self.glucose)
        growth = self.growth_max * limit * self.lactate_half / (self.lactate_half + self.lactate)
        taken = self.uptake * limit * self.viable
        return {
            "viable": growth * self.viable,
            "glucose": medium * (20.0 - self.glucose) - taken,
            "lactate": self.lactate_yield * taken - medium * self.lactate,
        }

    def outputs(self, m):
        """What is reported beside the states."""
        return {"total": self.viable - 0.4}
