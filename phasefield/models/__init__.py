"""The models: what each one solves, from its state at rest to the numbers read off it."""
