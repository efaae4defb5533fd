"""Write a commented starting case."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib.resources import files
from pathlib import Path

from phasefield.errors import PhaseFieldError

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = "phasefield new my-membrane      writes my-membrane.yaml"


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", metavar="NAME", help="name of the case; .yaml is added to the file")


def execute(args: Namespace) -> int:
    """Write the template under a new name; an existing file is left alone."""
    given = Path(args.name)
    path = given if given.suffix in (".yaml", ".yml") else given.with_name(given.name + ".yaml")
    template = files("phasefield").joinpath("starting_case.yaml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template.replace("name: my-case", f'name: "{_escaped(path.stem)}"'))
    except FileExistsError as error:
        raise PhaseFieldError(f"{path} exists already: choose another name") from error
    except OSError as error:
        raise PhaseFieldError(f"cannot write {path}: {error.strerror}") from error
    print(f"wrote {path}; next: phasefield check {path}")
    return 0


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
