"""Matter between the equations and the arrays: scalar functions, term by term.

Importing it also chooses where compiled kernels are cached.
"""

from phasefield.physics import compiled

compiled.install()
