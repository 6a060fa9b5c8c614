"""Fixtures: PEtab problems written by hand into a temporary folder."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

YAML = """format_version: 1
parameter_file: parameters.tsv
problems:
- condition_files: [conditions.tsv]
  measurement_files: [measurements.tsv]
  observable_files: [observables.tsv]
  sbml_files: [model.xml]
"""
DECAY = """
<listOfCompartments><compartment id="vessel" size="2" constant="true"/></listOfCompartments>
<listOfSpecies>
  <species id="A" compartment="vessel" initialConcentration="1" hasOnlySubstanceUnits="false"
           boundaryCondition="false" constant="false"/>
</listOfSpecies>
<listOfParameters>
  <parameter id="k" value="0.5" constant="true"/><parameter id="a0" value="10" constant="true"/>
</listOfParameters>
<listOfInitialAssignments>
  <initialAssignment symbol="A"><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>a0</ci></math></initialAssignment>
</listOfInitialAssignments>
<listOfReactions>
  <reaction id="decay" reversible="false">
    <listOfReactants><speciesReference species="A" stoichiometry="1" constant="true"/></listOfReactants>
    <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">
      <apply><times/><ci>vessel</ci><ci>k</ci><ci>A</ci></apply></math></kineticLaw>
  </reaction>
</listOfReactions>
"""
"""dA/dt = -k A from a0: A(t) = a0 exp(-k t)."""
TABLES: Mapping[str, str] = {
    "parameters.tsv": (
        "parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\n"
        "k\tlog10\t1e-3\t1e2\t0.5\t1\n"
        "a0\tlin\t1\t100\t10\t1\n"
    ),
    "conditions.tsv": "conditionId\tconditionName\nonly\tthe only one\n",
    "observables.tsv": "observableId\tobservableFormula\tnoiseFormula\nseen\tA\t0.1\n",
    "measurements.tsv": (
        "observableId\tsimulationConditionId\tmeasurement\ttime\n"
        "seen\tonly\t10.1\t0\nseen\tonly\t6.0\t1\nseen\tonly\t1.4\t4\n"
    ),
}


def sbml(body: str, level: int = 3, version: int = 2) -> str:
    """The lists of a model as a whole SBML document."""
    where = f"http://www.sbml.org/sbml/level{level}/version{version}" + ("/core" if level == 3 else "")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="{where}" level="{level}" version="{version}">'
        f'<model id="by_hand">{body}</model></sbml>'
    )


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a problem, `model` and any table replaced by name without its suffix; return the path of its yaml."""

    def written(model: str = DECAY, yaml: str = YAML, **tables: str) -> Path:
        for name, text in TABLES.items():
            (tmp_path / name).write_text(tables.get(name.removesuffix(".tsv"), text), encoding="utf-8")
        (tmp_path / "model.xml").write_text(model if "<sbml" in model else sbml(model), encoding="utf-8")
        (tmp_path / "problem.yaml").write_text(yaml, encoding="utf-8")
        return tmp_path / "problem.yaml"

    return written
