"""The constants of T-cell expansion: kinetics of growth, death, medium, gases, activation and transduction.

In: nothing. Out: the parameters that `TCellExpansion` inherits; it says what they mean in its equations.
"""

from homeostat.twin.declare import parameter

AMBR15 = "ambr15 model, Duran-Villalobos et al. after Stacey et al."


class TCellParameters:
    """Values from the ambr15 model and from formulations; what neither gives is an assumption."""

    growth_max = parameter(
        0.06,
        "1/h",
        "largest specific growth rate",
        spread=0.12,
        low=0.0,
        high=0.2,
        source="assumption: three times ambr15's 0.02 1/h, to double a day in fresh medium after CD3/CD28 activation",
    )
    growth_resting = parameter(
        0.2,
        "1",
        "growth rate of cells that are not activated, relative to activated ones",
        spread=0.1,
        low=0.0,
        high=1.0,
        source=f"{AMBR15}: growth during the lag is a fifth",
    )
    glucose_half = parameter(
        15.0,
        "mmol/L",
        "glucose at half growth rate",
        spread=0.1,
        low=1e-3,
        high=200.0,
        source=f"{AMBR15}: kp = 2.71 mg/mL",
    )
    inhibitor_slope = parameter(
        0.111, "nL/(cell h)", "steepness of inhibition", low=0.0, high=10.0, source=f"{AMBR15}: ai"
    )
    inhibitor_centre = parameter(
        119.3,
        "1e6 cell h/mL",
        "inhibitor at half growth rate",
        spread=0.1,
        low=1.0,
        high=1e4,
        source=f"{AMBR15}: bi = 95.26, moved by 24",
    )
    inhibitor_yield = parameter(
        0.35,
        "1",
        "inhibitor made per cell hour",
        spread=0.1,
        low=0.0,
        high=10.0,
        source="assumption: below ambr15's 1, whose unperfused, unstripped vessel also counts spent nutrients and gas",
    )
    death_max = parameter(
        0.007,
        "1/h",
        "largest death rate by the inhibitor",
        spread=0.15,
        low=0.0,
        high=1.0,
        source=f"{AMBR15}: rd",
    )
    death_half = parameter(
        174.0,
        "1e6 cell h/mL",
        "inhibitor at half of that death rate",
        low=1.0,
        high=1e4,
        source=f"{AMBR15}: ad = 150, moved by 24",
    )
    starvation_max = parameter(
        0.083, "1/h", "death rate without glucose", low=0.0, high=1.0, source=f"{AMBR15}: rdg"
    )
    starvation_slope = parameter(
        5.40, "L/mmol", "steepness of starvation", low=0.0, high=100.0, source=f"{AMBR15}: ag = 30 mL/mg"
    )
    starvation_centre = parameter(
        0.278, "mmol/L", "glucose at half starvation", low=0.0, high=20.0, source=f"{AMBR15}: bg = 0.05 mg/mL"
    )
    lysis = parameter(
        0.01,
        "1/h",
        "disappearance of dead cells",
        spread=0.1,
        low=0.0,
        high=1.0,
        source="assumption: a few days",
    )
    glucose_yield = parameter(
        0.4,
        "cell/pmol",
        "cells grown per glucose",
        spread=0.1,
        low=1e-3,
        high=10.0,
        source="assumption: with maintenance 0.1 pmol/(cell h) in growth, about a third of ambr15's rc",
    )
    glucose_maintenance = parameter(
        0.015,
        "pmol/(cell h)",
        "glucose taken up without growth",
        spread=0.1,
        low=0.0,
        high=1.0,
        source="assumption: a sixth of the uptake in growth",
    )
    uptake_half = parameter(
        1.11, "mmol/L", "glucose at half uptake", low=1e-3, high=50.0, source=f"{AMBR15}: kgu = 0.2 mg/mL"
    )
    lactate_yield = parameter(
        1.5,
        "mol/mol",
        "lactate per glucose taken up",
        spread=0.06,
        low=0.0,
        high=2.0,
        source="assumption: aerobic glycolysis of activated T cells, below the carbon limit of 2",
    )
    lactate_half = parameter(
        60.0,
        "mmol/L",
        "lactate at half growth rate",
        low=1.0,
        high=1e3,
        source="assumption: mild inhibition at the 20 to 25 mmol/L that perfused cultures tolerate",
    )
    oxygen_uptake = parameter(
        0.08,
        "pmol/(cell h)",
        "oxygen uptake",
        spread=0.1,
        low=0.0,
        high=5.0,
        source="assumption: 1 to 2 fmol/(cell min), the order of respirometry of activated T cells",
    )
    oxygen_half = parameter(
        2.0, "%", "dissolved oxygen at half uptake and growth", low=1e-2, high=50.0, source="assumption"
    )
    oxygen_solubility = parameter(
        0.21,
        "mmol/L",
        "oxygen at saturation with air, 37 degC",
        low=0.05,
        high=1.0,
        source="Benson & Krause 1984: fresh water, 6.73 mg/L; the salts of the medium are neglected",
    )
    kla = parameter(
        6.0,
        "1/h",
        "oxygen transfer coefficient",
        spread=0.05,
        low=0.0,
        high=500.0,
        source="assumption: gentle stirring",
    )
    buffer_share = parameter(
        0.55,
        "1",
        "share of lactic acid that bicarbonate neutralises",
        spread=0.05,
        low=0.0,
        high=1.0,
        source="assumption: the rest is taken by the medium's other buffers",
    )
    ph_best = parameter(
        7.25, "pH", "pH of fastest growth", low=6.0, high=8.5, source="assumption: ambr15 ran at 7.3"
    )
    ph_width = parameter(
        0.45, "pH", "distance from it at which growth is 1/e", low=0.05, high=5.0, source="assumption"
    )
    pk_carbonic = parameter(
        6.1, "pH", "apparent pK of carbonic acid, 37 degC", low=5.0, high=7.0, source="Henderson-Hasselbalch"
    )
    carbon_dioxide_solubility = parameter(
        0.219,
        "mmol/L",
        "dissolved carbon dioxide per percent in the gas, 37 degC",
        low=0.01,
        high=2.0,
        source="0.0307 mmol/(L mmHg) of 713 mmHg dry gas",
    )
    il2_half = parameter(
        8.0,
        "IU/mL",
        "interleukin-2 at half growth rate",
        low=1e-3,
        high=1e3,
        source="assumption: 20 to 100 IU/mL suffice",
    )
    il2_decay = parameter(
        0.012,
        "1/h",
        "loss of interleukin-2 activity, 37 degC",
        low=0.0,
        high=1.0,
        source="assumption: half in 58 h",
    )
    il2_uptake = parameter(
        0.06, "uIU/(cell h)", "uptake of interleukin-2", spread=0.1, low=0.0, high=10.0, source="assumption"
    )
    activation_rate = parameter(
        0.08,
        "1/h",
        "activation at full reagent",
        spread=0.1,
        low=0.0,
        high=2.0,
        source="assumption: 90 % in 30 h",
    )
    deactivation = parameter(
        0.0025, "1/h", "return to rest", spread=0.15, low=0.0, high=1.0, source="assumption: half in 12 days"
    )
    transduction_rate = parameter(
        0.022,
        "cell/(TU h)",
        "transduction of activated cells per vector present",
        spread=0.15,
        low=0.0,
        high=2.0,
        source="assumption: first-order hits (Poisson), 40 to 60 % at a multiplicity of 2 in 16 to 24 h",
    )
    medium_glucose = parameter(
        20.0, "mmol/L", "glucose in the medium", low=0.0, high=500.0, source="assumption"
    )
    medium_bicarbonate = parameter(
        24.0, "mmol/L", "bicarbonate in the medium", low=0.0, high=200.0, source="RPMI 1640 formulation"
    )
    medium_il2 = parameter(
        100.0,
        "IU/mL",
        "interleukin-2 in the medium",
        low=0.0,
        high=1e5,
        source="assumption: 20 to 100 IU/mL suffice",
    )
    feed_glucose = parameter(
        1000.0, "mmol/L", "glucose in the concentrate", low=0.0, high=5e3, source="18 % w/v"
    )
    base_bicarbonate = parameter(
        890.0, "mmol/L", "bicarbonate in the base", low=0.0, high=2e3, source="sodium bicarbonate 7.5 % w/v"
    )
