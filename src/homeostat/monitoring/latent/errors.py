"""The error that data unfit for a latent-variable model raises."""

from homeostat.errors import MonitoringError


class LatentError(MonitoringError, ValueError):
    """A table cannot be used by a latent-variable model; also the ValueError that scikit-learn's contract asks for."""
