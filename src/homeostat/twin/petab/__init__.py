"""PEtab problems (SBML model and tables of measurements): import, likelihood with gradient, fit. Extra `petab`.

A yaml file names the files. `sbml` reads the network, `kinetics` makes differential equations of it, `switches`
takes the steps in time out of them, `build` declares a `Model`. The tables (`parameters`, `conditions`, `observables`,
`measurements`, `priors`) become symbolic functions: of the estimated vector to constants and initial states
(`conditions`), of states at the measurements to the likelihood (`prediction`). Between the two, `integration` runs
all conditions as batches of one ensemble with sensitivities. `Problem` joins them, `fit` lets `twin.fit` search from
many starts and beside the best ends. Not imported: events, delays, algebraic rules, pre-equilibration, steady states.
PEtab version 1 after Schmiester et al. 2021, PLoS Comput. Biol. 17:e1008646. Formulas are trees, never evaluated text.
Time is in the unit of the problem.
"""

from homeostat.twin.petab.build import Imported, read_model
from homeostat.twin.petab.fitting import Fit, fit
from homeostat.twin.petab.integration import Accuracy
from homeostat.twin.petab.problem import Problem, Squares, load_problem

__all__ = ["Accuracy", "Fit", "Imported", "Problem", "Squares", "fit", "load_problem", "read_model"]
