"""The run directory and everything written to it: who may write, what survives a kill, formats."""
