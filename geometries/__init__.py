"""Scaffolds on voxels, in SI units; knows nothing of the solver."""
