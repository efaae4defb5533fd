"""A run: one accepted time step after another, under a protocol, recorded and resumed."""
