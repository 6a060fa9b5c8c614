"""The constants of rAAV production in HEK293: published kinetics, and assumptions for death and impurities.

In: nothing. Out: the parameters that `RaavHek293` inherits. Molecules and capsids are counted as particles.
"""

from homeostat.twin.declare import parameter

NGUYEN = "Nguyen et al. 2021, fitted constants deposited with the paper"
CYTOTOXIC = "Ladiwala et al. 2025, Biotechnol. J. 20:e202400501"


class RaavParameters:
    """Kinetics of Nguyen et al. 2021, fitted at 1e6 cell/mL; what they did not model is an assumption."""

    growth_decline = parameter(
        0.0112812472592155,
        "1/h",
        "decline of the growth rate beyond that by the cells' own number",
        low=0.0,
        high=1.0,
        source="Nguyen et al. 2021, growth curve deposited with the paper",
    )
    uptake = parameter(
        0.0011888365131980274,
        "mL/(1e6 cell h)",
        "uptake of transfection complexes",
        spread=0.1,
        low=0.0,
        high=1.0,
        source=f"{NGUYEN}: 0.00119 1/h, at the 1e6 cell/mL it was fitted at",
    )
    escape = parameter(0.6, "1/h", "escape from the endosome", low=0.0, high=1e3, source=NGUYEN)
    nuclear_entry = parameter(
        0.0043, "1/h", "entry into the nucleus", spread=0.1, low=0.0, high=1e3, source=NGUYEN
    )
    plasmid_degradation = parameter(
        0.0195, "1/h", "degradation of plasmids in the cell", low=0.0, high=1e3, source=NGUYEN
    )
    rep_synthesis = parameter(
        64891.15670832841,
        "cell/(particle h)",
        "Rep proteins made per packaging and helper plasmid",
        spread=0.1,
        low=0.0,
        high=1e8,
        source=NGUYEN,
    )
    cap_synthesis = parameter(
        64891.15670832841,
        "cell/(particle h)",
        "capsid proteins made per packaging and helper plasmid",
        spread=0.1,
        low=0.0,
        high=1e8,
        source=NGUYEN,
    )
    rep_degradation = parameter(
        0.0245, "1/h", "degradation of Rep proteins", low=0.0, high=1e3, source=NGUYEN
    )
    cap_degradation = parameter(
        0.2773, "1/h", "degradation of capsid proteins", low=0.0, high=1e3, source=NGUYEN
    )
    replication = parameter(
        3.0989655498432744e-07,
        "cell^2/(particle^2 h)",
        "genomes copied per Rep protein, vector and helper plasmid",
        spread=0.1,
        low=0.0,
        high=1.0,
        source=NGUYEN,
    )
    repression = parameter(
        3.3829014805318176e-05,
        "cell/(particle h)",
        "binding of Rep protein to the packaging plasmid, which silences it",
        low=0.0,
        high=1.0,
        source=NGUYEN,
    )
    assembly = parameter(
        1e5, "1/h", "assembly of capsid proteins, 60 to a capsid", low=0.0, high=1e6, source=NGUYEN
    )
    capsid_binding = parameter(
        0.005697899397710275,
        "cell/(particle h)",
        "binding of Rep protein to an empty capsid",
        low=0.0,
        high=1e2,
        source=NGUYEN,
    )
    packaging = parameter(
        0.08178437433735836,
        "cell/(particle h)",
        "packaging of a genome into a capsid with Rep protein",
        low=0.0,
        high=1e2,
        source=NGUYEN,
    )
    export = parameter(
        1e5, "1/h", "export of capsids from the nucleus to the cytosol", low=0.0, high=1e6, source=NGUYEN
    )
    death = parameter(
        0.0005, "1/h", "death rate without plasmids", low=0.0, high=1.0, source="assumption: healthy cells"
    )
    toxicity = parameter(
        0.006,
        "1/h",
        "largest further death rate by the helper plasmid",
        spread=0.2,
        low=0.0,
        high=1.0,
        source=f"assumption: 80 to 90 % viability at harvest; that the helper plasmid kills most: {CYTOTOXIC}",
    )
    toxic_half = parameter(
        8.0,
        "particle/cell",
        "helper plasmids in the nucleus at half of it",
        low=1e-3,
        high=1e5,
        source="assumption: reached 10 h after transfection",
    )
    lysis = parameter(
        0.02,
        "1/h",
        "disintegration of dead cells",
        spread=0.2,
        low=0.0,
        high=1.0,
        source="assumption: half in 35 h",
    )
    detergent_lysis = parameter(
        10.0,
        "1/h",
        "death and disintegration at the full dose of detergent",
        low=0.0,
        high=1e3,
        source="assumption: 99 % in half an hour",
    )
    cell_protein = parameter(
        150.0,
        "pg/cell",
        "host-cell protein in a cell",
        spread=0.1,
        low=0.0,
        high=1e4,
        source="assumption: the order of cultured mammalian cells",
    )
    protein_leak = parameter(
        0.3,
        "1",
        "share of it that a cell loses as it dies; the rest leaves with lysis",
        low=0.0,
        high=1.0,
        source="assumption",
    )
    cell_dna = parameter(
        9.0,
        "pg/cell",
        "chromosomal DNA in a cell",
        low=0.0,
        high=1e3,
        source="assumption: hypotriploid, 64 chromosomes where a diploid cell's 46 weigh 6.5 pg",
    )
    plasmid_mass = parameter(
        8.6,
        "ng/(1e9 particle)",
        "mass of a plasmid",
        low=0.0,
        high=1e3,
        source="assumption: 8,000 base pairs of 650 g/mol, the mean of the three",
    )
    genome_mass = parameter(
        2.5,
        "ng/(1e9 vg)",
        "mass of a single-stranded vector genome",
        low=0.0,
        high=1e2,
        source="assumption: 4,600 bases of 325 g/mol",
    )
    nuclease_digestion = parameter(
        2.0,
        "1/h",
        "digestion of bare DNA at the full dose of nuclease",
        low=0.0,
        high=1e3,
        source="assumption: 98 % in two hours",
    )
