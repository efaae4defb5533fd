"""Measurements of speed and memory against other solvers, all taken in one go."""
