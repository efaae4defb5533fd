"""The conserved model: theory equations (A) to (F)."""
