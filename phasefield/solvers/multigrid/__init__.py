"""Multigrid: of coupled Jacobians (`block`), and of a single conductance (`scalar`)."""
