"""Studies of many runs: sweeps, and refinement of grid, time step and interface."""
