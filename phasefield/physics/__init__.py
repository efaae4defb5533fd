"""Matter between the equations and the arrays: scalar functions, term by term."""
