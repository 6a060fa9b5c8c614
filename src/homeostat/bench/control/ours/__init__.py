"""Ours: the twin's optimal control, its moving-horizon estimator and its filter, on the same terms as the rivals."""
