"""Latent-variable models: a table in; scores, predictions, distances, contributions and limits out.

    windows -> scaling -> PCA | PLS | DPCA | CVA | blocks -> T², SPE, contributions -> limits -> frozen pieces

The estimators keep scikit-learn's contract, and this room imports scikit-learn: only what learns imports it. Rows of
DPCA and CVA are windows on a time series. `limits` tells how often held-out rows pass a limit, `size` how many
components are worth having, `canonical` judges a continuous process, `freezing` gives frozen pieces away.
"""

from homeostat.monitoring.latent.blocks import MultiblockPCA, MultiblockPLS
from homeostat.monitoring.latent.canonical import CanonicalMonitor, learn_monitor
from homeostat.monitoring.latent.cva import CVA
from homeostat.monitoring.latent.dynamic import DPCA
from homeostat.monitoring.latent.errors import LatentError
from homeostat.monitoring.latent.freezing import freeze_prediction, freeze_scores
from homeostat.monitoring.latent.limits import HeldOut, Rate, held_out, rate
from homeostat.monitoring.latent.pca import PCA
from homeostat.monitoring.latent.pls import PLS
from homeostat.monitoring.latent.size import Size, pca_size, pls_size

__all__ = [
    "CVA",
    "DPCA",
    "PCA",
    "PLS",
    "CanonicalMonitor",
    "HeldOut",
    "LatentError",
    "MultiblockPCA",
    "MultiblockPLS",
    "Rate",
    "Size",
    "freeze_prediction",
    "freeze_scores",
    "held_out",
    "learn_monitor",
    "pca_size",
    "pls_size",
    "rate",
]
