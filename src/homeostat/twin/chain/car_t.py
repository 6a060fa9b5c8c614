"""The shipped chain: autologous CAR-T cells with a lentiviral vector, from apheresis to infusion.

Values are from the sources named beside them, or are openly called assumptions. They describe no particular product.
"""

from homeostat.twin.chain.chain import Chain
from homeostat.twin.chain.collection import Apheresis, Selection
from homeostat.twin.chain.cryo import Freezing, Storage, Thaw
from homeostat.twin.chain.culture import Expansion, Feeding
from homeostat.twin.chain.harvest import BeadRemoval, Formulation, Wash
from homeostat.twin.chain.transfer import Activation, Transduction
from homeostat.twin.chain.uncertain import fixed, fraction, lognormal

COLLECTIONS = (
    "Intention-to-treat outcomes utilising a stringent event definition in children and young people treated with "
    "tisagenlecleucel for r/r ALL through a national access scheme, Blood Cancer J 2024, s41408-024-01038-2, table 3 "
    "(134 patients)"
)
ZHU = "Zhu et al. 2018, Cytotherapy 20:394 (CliniMACS Prodigy, n = 7)"
ALEKSANDROVA = "Aleksandrova et al. 2024, Front Immunol 15:1328368 (CliniMACS Prodigy; not confirmed)"
CASTELLA = "Castella et al. 2019, Mol Ther Methods Clin Dev (PMC6319086), table 2"
KYMRIAH = "Kymriah (tisagenlecleucel) prescribing information"
CULTURE = "assumption: the shipped car-t process"


def apheresis() -> Apheresis:
    """Mononuclear cells of one collection."""
    return Apheresis(
        "apheresis",
        t_cells=lognormal(
            2600.0,
            0.91,
            "1e6 cell",
            f"{COLLECTIONS}: CD3+ 2.6 (1.2 to 4.1) x 10^9, median and quartiles",
            low=20.0,
        ),
        t_share=fraction(0.46, 0.12, f"{COLLECTIONS}: 2.6 of 5.6 x 10^9; spread: assumption", low=0.02),
        cd4_share=fraction(0.55, 0.12, "assumption: CD4:CD8 of 0.6 to 2.7 in pretreated patients"),
        viability=fraction(0.97, 0.02, "assumption: fresh collection, within a day", low=0.05),
        memory=fraction(0.45, 0.13, "assumption: naive-like and central memory cells in pretreated patients"),
        volume=lognormal(200.0, 0.25, "mL", "assumption: mononuclear collection", low=20.0),
        weight=lognormal(75.0, 0.2, "kg", "assumption: adults", low=20.0),
    )


def selection() -> Selection:
    """CD4 and CD8 microbeads."""
    return Selection(
        "selection",
        recovery=fraction(0.55, 0.06, f"{ZHU}: recovery 55 +/- 6 %"),
        purity=fraction(
            0.98, 0.03, f"{ZHU}: CD4/CD8 purity 98 +/- 4 %; spread reduced to stay a purity", low=0.5
        ),
        dead_recovery=fraction(0.3, 0.1, "assumption: most dead cells do not hold the beads"),
        volume=fixed(50.0, "mL", "assumption: elution buffer"),
    )


def activation() -> Activation:
    """A hundred million T cells, CD3/CD28 beads, one day."""
    return Activation(
        "activation",
        inoculum=fixed(100.0, "1e6 cell", "assumption: usual for the CliniMACS Prodigy"),
        volume=fixed(200.0, "mL", CULTURE),
        beads_per_cell=fixed(3.0, "bead/cell", "assumption: three CD3/CD28 beads a T cell"),
        activated=fraction(
            0.85, 0.06, "assumption: 90 % in 30 h at most, as the model t_cell_expansion has it"
        ),
        survival=fraction(0.93, 0.03, "assumption: some cells die when they are activated"),
        il2=fixed(100.0, "IU/mL", CULTURE),
        glucose=fixed(20.0, "mmol/L", CULTURE),
        hours=fixed(28.0, "h", CULTURE),
    )


def transduction() -> Transduction:
    """Lentiviral vector; efficiency and permissive share together give the published CAR+ and copy number."""
    seen = f"CAR+ 37 % on average ({ZHU}), 34 to 61 % ({ALEKSANDROVA}), 26 to 42 % at 1.5 to 2.5 copies ({CASTELLA})"
    return Transduction(
        "transduction",
        moi=lognormal(5.0, 0.15, "TU/cell", f"{ZHU}: 5 to 10; spread, the titre's: assumption"),
        efficiency=lognormal(0.3, 0.3, "1", f"assumption, fitted by hand: {seen}"),
        permissive=fraction(0.62, 0.08, f"assumption, fitted by hand: {seen}"),
        survival=fraction(0.95, 0.02, "assumption"),
        vector_volume=fixed(8.0, "mL", CULTURE),
        hours=fixed(20.0, "h", CULTURE),
    )


def expansion() -> Expansion:
    """Ten days of rising perfusion, from the third day of the process on."""
    days = range(2, 12)
    volumes = [min(2.0, 0.25 * (day - 2)) for day in days]
    return Expansion(
        "expansion",
        other_loss=lognormal(
            0.01, 0.5, "1/h", "assumption: other cells are not fed by CD3/CD28; half in three days"
        ),
        hours=240.0,
        feeding=tuple(Feeding(24.0 * i, v, 21.0 + 8.0 * i) for i, v in enumerate(volumes)),
    )


def bead_removal() -> BeadRemoval:
    """Magnet."""
    seen = (
        "none, 16 and 57 (Mol Cancer Ther 2021, 20:846, PMC12456031, table 2) and 91 "
        "(regulatory T cells, Oncotarget 2016, 7:79474, table 1) residual beads per 3e6 cells"
    )
    return BeadRemoval(
        "bead-removal",
        passing=lognormal(1.2e-4, 0.5, "1", f"assumption, to leave what is published: {seen}", high=1.0),
        recovery=fraction(0.93, 0.03, "assumption"),
    )


def wash() -> Wash:
    """Automated wash and concentration."""
    return Wash(
        "wash",
        recovery=fraction(
            0.88,
            0.04,
            "assumption: above 88 % up to 4e9 cells, after a Cytiva application note on Sepax C-Pro (not confirmed)",
        ),
        dead_recovery=fraction(0.8, 0.06, "assumption: dead cells are lost a little more easily"),
        residual=fraction(0.1, 0.02, "assumption: a tenth of the liquid stays at each exchange"),
        volume=fixed(100.0, "mL", "assumption"),
        hours=fixed(2.0, "h", "assumption"),
        cycles=3,
    )


def formulation() -> Formulation:
    """One dose into one bag."""
    return Formulation(
        "formulation",
        dose=fixed(400.0, "1e6 cell", "assumption: within 60 to 600 after the losses of freezing and thaw"),
        count_error=lognormal(1.0, 0.1, "1", "assumption: counting and flow cytometry, 7 % each"),
        samples=fraction(0.05, 0.01, "assumption: quality control and retention"),
        density=fixed(20.0, "1e6 cell/mL", "assumption", low=0.1),
        smallest_volume=fixed(10.0, "mL", f"{KYMRIAH}: bags of 10 to 50 mL", low=1.0),
        dmso=lognormal(7.5, 0.03, "% v/v", f"{KYMRIAH}: 7.5 % DMSO; spread: assumption", high=20.0),
        hours=fixed(1.0, "h", "assumption"),
    )


def freezing() -> Freezing:
    """One degree a minute."""
    return Freezing(
        "freezing",
        rate=lognormal(
            1.0,
            0.1,
            "degC/min",
            "Baboo et al. 2019, Sci Rep 9:3417: at 1 degC/min or slower the warming rate does not matter",
        ),
        solution_rate=lognormal(
            1.2,
            0.35,
            "degC/min",
            "assumption: with `protection`, 2 % DMSO is much worse than 4 or 5 % "
            "(Cytotherapy 2005, doi 10.1080/14653240500238251; not confirmed)",
        ),
        protection=fixed(2.5, "% v/v", "assumption: see solution_rate"),
        ice_rate=lognormal(
            9.0,
            0.15,
            "degC/min",
            "assumption: most cells hold ice at 10 degC/min (Baboo et al. 2019), few at 1",
        ),
        injured=fraction(
            0.12, 0.04, "assumption: early apoptosis is raised (Panch et al. 2019, Mol Ther 27:1275)"
        ),
        hours=fixed(2.0, "h", "assumption"),
    )


def storage() -> Storage:
    """Vapour of liquid nitrogen, with the warmings of transport and handling."""
    return Storage(
        "storage",
        days=lognormal(30.0, 0.5, "d", "assumption: release, transport and the patient's conditioning"),
        temperature=fixed(-150.0, "degC", "assumption: vapour phase", low=-200.0),
        decay=lognormal(0.5, 0.3, "1/year", "assumption, at -80 degC"),
        q10=fixed(3.0, "1", "assumption"),
        excursions=lognormal(6.0, 0.5, "1", "assumption: transient warmings above the glass transition"),
        excursion_loss=lognormal(
            0.004,
            0.8,
            "1",
            "assumption: between no loss and 3 % each; effects from 50 cycles on in PBMC (PMC5180082), "
            "half of MSC gone after 20 (poster, ISCT 2016; not confirmed)",
            high=1.0,
        ),
    )


def thaw() -> Thaw:
    """Water bath at the bedside, infusion within the hour."""
    return Thaw(
        "thaw",
        warming=lognormal(
            45.0, 0.3, "degC/min", "Baboo et al. 2019: no loss at 45 degC/min even after fast cooling"
        ),
        ice_half=fixed(15.0, "degC/min", "assumption: loss at 6.2, none at 45 degC/min (Baboo et al. 2019)"),
        delay=lognormal(8.0, 0.3, "h", "assumption: delayed-onset death within a day"),
        toxicity=lognormal(0.002, 0.4, "1/(h %)", "assumption: 1.5 % an hour at 7.5 % DMSO"),
        recovery=fraction(0.96, 0.02, "assumption: what stays in bag and line"),
        dilution=fixed(0.0, "mL/mL", "assumption: infused as thawed"),
        wait=lognormal(0.5, 0.4, "h", "assumption: infusion within the hour"),
    )


def car_t_chain() -> Chain:
    """Return the shipped chain."""
    return Chain(
        "car-t",
        "Autologous CAR-T cells from apheresis to infusion",
        (
            apheresis(), selection(), activation(), transduction(), expansion(),
            bead_removal(), wash(), formulation(), freezing(), storage(), thaw(),
        ),
    )  # fmt: skip
