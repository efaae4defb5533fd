"""The command line: one program, a verb for each thing it does.

Every error a user can cause or cure is one message on stderr and an exit code: 0 done, 1 failed,
2 case invalid, 3 geometry invalid, 4 did not converge, 5 interrupted.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import traceback
from collections.abc import Sequence

from phasefield import __version__
from phasefield.commands import (
    analytic,
    bench,
    check,
    cite,
    compare,
    converge,
    export,
    geometry,
    new,
    report,
    run,
    schema,
    sweep,
    verify,
)
from phasefield.errors import explain

__all__ = ["main", "make_parser"]

VERBS = (
    new, check, schema, geometry, run, sweep, analytic, export, report, compare, converge,
    bench, verify, cite,
)  # fmt: skip

EPILOG = """\
start with: phasefield new my-case
            phasefield check my-case.yaml
            phasefield run my-case.yaml
exit codes: 0 done, 1 failed, 2 case or argument invalid, 3 scaffold invalid, 4 did not converge,
            5 interrupted (the same command goes on)"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : words after the program's name; those of the process when None.
    """
    args = make_parser().parse_args(arguments)
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logger = logging.getLogger("phasefield")
    logger.addHandler(handler)
    try:
        return int(args.execute(args))
    except (Exception, KeyboardInterrupt) as error:
        if args.debug:
            traceback.print_exc()
        return _explain(error)
    finally:
        logger.removeHandler(handler)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="phasefield",
        description="Phase-field simulation of lithium plating in porous LLZO scaffolds.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"phasefield {__version__}")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for module in VERBS:
        text = (module.__doc__ or "").partition("\n")[0]
        verb = verbs.add_parser(
            module.__name__.rpartition(".")[2],
            help=text[:1].lower() + text[1:].rstrip("."),
            description=text,
            epilog=f"example:\n  {module.EXAMPLE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.configure(verb)
        verb.add_argument("--debug", action="store_true", help="show the traceback of an error")
        verb.set_defaults(execute=module.execute)
    return parser


def _explain(error: BaseException) -> int:
    """Print one message for an error and return its exit code."""
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    message, code = explain(error)
    print(message, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
