"""Production of rAAV in HEK293 cells after triple transfection: from plasmids to capsids, and what pollutes them.

Kinetics: Nguyen et al. 2021, Molecular Therapy - Methods & Clinical Development 21:642-655, and the code deposited with
it. Plasmids pass endosome, cytosol and nucleus; packaging and helper plasmid make Rep and capsid proteins; Rep copies
the vector, silences the packaging plasmid, and binds empty capsids, which then take up a genome. In two places the
equations differ from theirs so that every balance closes. Uptake follows the number of cells; they hold it per cell of
the start, which over 6 h is the same within 0.2 %. Capsids and packaging plasmids bound by Rep are shared out among
daughter cells like all else; they leave these undiluted, which gives up to 7 % more full capsids.

Added as assumptions: death, what dead cells release, detergent and nuclease. A cell's contents leave as it dies, when
its membrane lets dye and particles through; chromosomes leave as the dead cell disintegrates, protein with both.
"""

from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.declare import input, output, state
from homeostat.twin.model import Model
from homeostat.twin.models.raav_parameters import RaavParameters

PLASMIDS = ("packaging", "vector", "helper")
"""Rep and Cap; the transgene between inverted terminal repeats; adenoviral helper genes."""
PROTEINS_PER_CAPSID = 60.0


class RaavHek293(RaavParameters, Model):
    """HEK293 cells, transfected with three plasmids at time 0, make rAAV. Densities are per mL, contents per cell."""

    viable = state(1.0, "1e6 cell/mL", "viable cell density")
    dead = state(0.02, "1e6 cell/mL", "dead cell density")
    growth = state(0.0494279581111241, "1/h", "specific growth rate, which declines as the culture grows")
    packaging_medium = state(76000.0, "1e6 particle/mL", "packaging plasmids in transfection complexes")
    vector_medium = state(76000.0, "1e6 particle/mL", "vector plasmids in transfection complexes")
    helper_medium = state(76000.0, "1e6 particle/mL", "helper plasmids in transfection complexes")
    packaging_endosome = state(0.0, "particle/cell", "packaging plasmids in endosomes")
    vector_endosome = state(0.0, "particle/cell", "vector plasmids in endosomes")
    helper_endosome = state(0.0, "particle/cell", "helper plasmids in endosomes")
    packaging_cytosol = state(0.0, "particle/cell", "packaging plasmids in the cytosol")
    vector_cytosol = state(0.0, "particle/cell", "vector plasmids in the cytosol")
    helper_cytosol = state(0.0, "particle/cell", "helper plasmids in the cytosol")
    packaging_nucleus = state(0.0, "particle/cell", "packaging plasmids in the nucleus, active")
    vector_nucleus = state(0.0, "particle/cell", "vector plasmids in the nucleus")
    helper_nucleus = state(0.0, "particle/cell", "helper plasmids in the nucleus")
    packaging_silenced = state(
        0.0, "particle/cell", "packaging plasmids in the nucleus, bound by Rep protein"
    )
    rep = state(0.0, "particle/cell", "free Rep proteins")
    cap = state(0.0, "particle/cell", "capsid proteins not yet assembled")
    genomes = state(0.0, "vg/cell", "replicated genomes not yet packaged")
    empty_nucleus = state(0.0, "particle/cell", "empty capsids in the nucleus")
    primed = state(0.0, "particle/cell", "empty capsids in the nucleus, bound by Rep protein")
    full_nucleus = state(0.0, "vg/cell", "full capsids in the nucleus")
    empty_cytosol = state(0.0, "particle/cell", "empty capsids in the cytosol")
    full_cytosol = state(0.0, "vg/cell", "full capsids in the cytosol")
    empty_released = state(0.0, "1e6 particle/mL", "empty capsids outside viable cells")
    full_released = state(0.0, "1e6 vg/mL", "full capsids outside viable cells")
    plasmids_released = state(0.0, "1e6 particle/mL", "plasmids that dying cells set free")
    genomes_released = state(0.0, "1e6 vg/mL", "genomes not packaged that dying cells set free")
    host_protein = state(0.0, "ug/mL", "host-cell protein outside cells")
    host_dna = state(0.0, "ug/mL", "chromosomal DNA outside cells")
    volume = state(1000.0, "mL", "culture volume", low=1.0)

    perfusion = input(0.0, "mL/h", "fresh medium in, cell-free medium out", low=0.0, high=1e4)
    bleed = input(0.0, "mL/h", "culture out, cells included", low=0.0, high=1e4)
    detergent = input(0.0, "1", "lysis detergent present, of its full dose", low=0.0, high=1.0)
    nuclease = input(0.0, "1", "nuclease present, of its full dose", low=0.0, high=1.0)

    viability = output("%", "viable cells of all cells")
    total_capsids = output("1e9 particle/mL", "capsids, empty and full, in the cells and released")
    full_capsids = output("1e9 vg/mL", "full capsids (genome copies), in the cells and released")
    full_percentage = output("%", "full capsids of all capsids")
    viral_dna = output("1e9 vg/mL", "vector copies: plasmids in cells, replicated and packaged genomes")
    residual_dna = output("ng/mL", "DNA outside cells and capsids: chromosomes, plasmids, genomes")
    full_yield = output("1e12 vg", "full capsids in the vessel")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Balances: over the culture for densities, over a mean viable cell, which divides, for its contents."""
        death = self._death()
        return {
            "viable": (self.growth - death) * self.viable,
            "dead": death * self.viable - self._lysis() * self.dead,
            "growth": -(self.growth_decline + self.growth) * self.growth,
            **self._delivery(),
            **self._production(),
            **self._release(death * self.viable),
            "volume": -self.bleed,
        }

    def outputs(self, m: Algebra) -> dict[str, Value]:
        """What counts, dyes and assays of a whole sample see; residual DNA as in its supernatant."""
        empty = self.viable * self._empty() + self.empty_released
        full = self.viable * self._full() + self.full_released
        vectors = self.vector_endosome + self.vector_cytosol + self.vector_nucleus + self.genomes
        bare = self.packaging_medium + self.vector_medium + self.helper_medium + self.plasmids_released
        dna = 1e3 * self.host_dna + 1e-3 * self.plasmid_mass * bare
        return {
            "viability": 100.0 * self.viable / (self.viable + self.dead + 1e-9),
            "total_capsids": 1e-3 * (empty + full),
            "full_capsids": 1e-3 * full,
            "full_percentage": 100.0 * full / (empty + full + 1e-9),
            "viral_dna": 1e-3 * (self.viable * vectors + self.genomes_released + full),
            "residual_dna": dna + 1e-3 * self.genome_mass * self.genomes_released,
            "full_yield": 1e-6 * full * self.volume,
        }

    def _death(self) -> Value:
        """Helper genes are toxic; detergent kills every cell."""
        toxic = self.toxicity * self.helper_nucleus / (self.toxic_half + self.helper_nucleus)
        return self.death + toxic + self.detergent_lysis * self.detergent

    def _lysis(self) -> Value:
        return self.lysis + self.detergent_lysis * self.detergent

    def _delivery(self) -> dict[str, Value]:
        """Each kind of plasmid from complex to nucleus; Rep protein takes active packaging plasmids away."""
        rates: dict[str, Value] = {}
        lost = self.plasmid_degradation + self.growth
        for kind in PLASMIDS:
            medium, endosome = getattr(self, f"{kind}_medium"), getattr(self, f"{kind}_endosome")
            cytosol, nucleus = getattr(self, f"{kind}_cytosol"), getattr(self, f"{kind}_nucleus")
            taken = self.uptake * medium
            escaped, entered = self.escape * endosome, self.nuclear_entry * cytosol
            rates[f"{kind}_medium"] = -taken * self.viable - self._washout() * medium
            rates[f"{kind}_endosome"] = taken - escaped - lost * endosome
            rates[f"{kind}_cytosol"] = escaped - entered - lost * cytosol
            rates[f"{kind}_nucleus"] = entered - lost * nucleus
        rates["packaging_nucleus"] = rates["packaging_nucleus"] - self._silencing()
        rates["packaging_silenced"] = self._silencing() - self.growth * self.packaging_silenced
        return rates

    def _production(self) -> dict[str, Value]:
        """Proteins, genomes and capsids in a mean cell; packaging sets the Rep protein on the capsid free again."""
        templates = self.packaging_nucleus * self.helper_nucleus
        assembled = self.assembly * self.cap
        primed = self.capsid_binding * self.rep * self.empty_nucleus
        packaged = self.packaging * self.primed * self.genomes
        copied = self.replication * self.rep * self.vector_nucleus * self.helper_nucleus
        rep_made = self.rep_synthesis * templates - self.rep_degradation * self.rep
        cap_made = self.cap_synthesis * templates - self.cap_degradation * self.cap
        made = {
            "rep": rep_made - self._silencing() - primed + packaged,
            "cap": cap_made - PROTEINS_PER_CAPSID * assembled,
            "genomes": copied - packaged,
            "empty_nucleus": assembled - primed - self.export * self.empty_nucleus,
            "primed": primed - packaged,
            "full_nucleus": packaged - self.export * self.full_nucleus,
            "empty_cytosol": self.export * self.empty_nucleus,
            "full_cytosol": self.export * self.full_nucleus,
        }
        return {name: rate - self.growth * getattr(self, name) for name, rate in made.items()}

    def _release(self, dying: Value) -> dict[str, Value]:
        """What leaves `dying` cells (1e6 cell/(mL h)) and disintegrating ones; nuclease digests bare DNA only."""
        washout, lysed = self._washout(), self._lysis() * self.dead
        digestion = washout + self.nuclease_digestion * self.nuclease
        protein = self.protein_leak * dying + (1.0 - self.protein_leak) * lysed
        return {
            "empty_released": dying * self._empty() - washout * self.empty_released,
            "full_released": dying * self._full() - washout * self.full_released,
            "plasmids_released": dying * self._plasmids() - digestion * self.plasmids_released,
            "genomes_released": dying * self.genomes - digestion * self.genomes_released,
            "host_protein": self.cell_protein * protein - washout * self.host_protein,
            "host_dna": self.cell_dna * lysed - digestion * self.host_dna,
        }

    def _silencing(self) -> Value:
        return self.repression * self.packaging_nucleus * self.rep

    def _washout(self) -> Value:
        return self.perfusion / self.volume

    def _empty(self) -> Value:
        return self.empty_nucleus + self.primed + self.empty_cytosol

    def _full(self) -> Value:
        return self.full_nucleus + self.full_cytosol

    def _plasmids(self) -> Value:
        """All plasmids in a mean cell."""
        places = ("endosome", "cytosol", "nucleus")
        inside = sum(getattr(self, f"{kind}_{place}") for kind in PLASMIDS for place in places)
        return inside + self.packaging_silenced
