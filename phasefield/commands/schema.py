"""Print the JSON Schema of a case."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = "phasefield schema > case.schema.json"


def configure(parser: ArgumentParser) -> None:
    """Add no arguments."""


def execute(args: Namespace) -> int:
    """Print the schema."""
    import json

    from phasefield.case import json_schema

    print(json.dumps(json_schema(), indent=2))
    return 0
