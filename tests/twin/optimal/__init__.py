"""Tests of constrained optimisation over a tree."""
