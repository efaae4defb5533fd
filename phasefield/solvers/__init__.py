"""Numerics: stencils, Newton, time stepping, and the backends."""
