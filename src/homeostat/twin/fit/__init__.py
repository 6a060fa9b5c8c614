"""Learning a model's parameters from measured runs, and what can and cannot be told from them.

Tables and a map of their columns become `Run`s (`load_map`, `read_runs`). `fit` searches the parameters and initial
states named by `Free` from many start points (`multistart`): weighted least squares with bounds and priors, derivatives
from the engine's forward sensitivities. A `Fit` answers for itself: intervals from the Fisher information, `profile`
likelihoods, `identifiability` in words, `next_samples` worth taking, `predict` for runs that were not fitted.
`fit_population` lets donors differ. `multistart` takes any problem that states bounds and residuals, or a scalar;
`hopping` goes on from the best ends where valleys are many.
"""

from homeostat.twin.fit.datamap import DataMap, load_map
from homeostat.twin.fit.doubts import Agreement, Outlier, agreement, impossible
from homeostat.twin.fit.estimate import Options, fit
from homeostat.twin.fit.forward import Tolerance
from homeostat.twin.fit.free import Free, LogNormal, Normal, Prior, Scale, free
from homeostat.twin.fit.hopping import hopping, valleys
from homeostat.twin.fit.identify import Identifiability, identifiability
from homeostat.twin.fit.influence import Lone, lone
from homeostat.twin.fit.local import Outcome, Search, Settings, search
from homeostat.twin.fit.multistart import Multistart, Progress, multistart, start_points
from homeostat.twin.fit.population import Donor, Population, fit_population
from homeostat.twin.fit.predict import Prediction, Score, predict
from homeostat.twin.fit.profile import Profile, profile
from homeostat.twin.fit.protocol import Batched, LeastSquares, Objective, Rejected, Residuals, Scalar
from homeostat.twin.fit.reading import read_runs
from homeostat.twin.fit.result import Fit, Interval
from homeostat.twin.fit.runs import Noise, Run
from homeostat.twin.fit.samples import Criterion, Sample, next_samples
from homeostat.twin.fit.unforeseen import Unforeseen, unforeseen

__all__ = [
    "Agreement",
    "Batched",
    "Criterion",
    "DataMap",
    "Donor",
    "Fit",
    "Free",
    "Identifiability",
    "Interval",
    "LeastSquares",
    "LogNormal",
    "Lone",
    "Multistart",
    "Noise",
    "Normal",
    "Objective",
    "Options",
    "Outcome",
    "Outlier",
    "Population",
    "Prediction",
    "Prior",
    "Profile",
    "Progress",
    "Rejected",
    "Residuals",
    "Run",
    "Sample",
    "Scalar",
    "Scale",
    "Score",
    "Search",
    "Settings",
    "Tolerance",
    "Unforeseen",
    "agreement",
    "fit",
    "fit_population",
    "free",
    "hopping",
    "identifiability",
    "impossible",
    "load_map",
    "lone",
    "multistart",
    "next_samples",
    "predict",
    "profile",
    "read_runs",
    "search",
    "start_points",
    "unforeseen",
    "valleys",
]
