"""The verbs of the command line, one module each.

A module has a docstring whose first line is the help, an `EXAMPLE`, `configure` that adds its
arguments to a parser, and `execute` that returns the exit code. Nothing heavy is imported before
`execute`, so that help answers at once.
"""
