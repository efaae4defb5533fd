"""Validate a case and say what its run will be."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from phasefield.commands.arguments import add_case, read_case

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = "phasefield check cases/quickstart.yaml"


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    add_case(parser)
    parser.add_argument(
        "--force", action="store_true", help="accept a case that breaks the resolution rules"
    )


def execute(args: Namespace) -> int:
    """Print the predictions; what speaks against the run goes to stderr."""
    from phasefield.errors import CaseError
    from phasefield.setup.forecast import preflight

    case = read_case(args)
    found = preflight(case, force=args.force)
    print(f"{case.name} ({case.digest()})\n\n{found.render()}\n")
    if found.problems and not args.force:
        raise CaseError(found.problems)
    for problem in found.problems:
        print(f"forced: {problem}", file=sys.stderr)
    print(f"valid; next: phasefield run {args.case}")
    return 0
