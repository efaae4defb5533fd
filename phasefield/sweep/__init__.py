"""Sweeps: many cases from one file, run anywhere, gathered in one table."""
