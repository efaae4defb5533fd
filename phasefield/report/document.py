"""What a page is made of, and how it becomes one file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from jinja2 import Environment, StrictUndefined, Template
from PIL import Image

from phasefield import __version__
from phasefield.output.atomic import write_text
from phasefield.report.style import DPI, PAGE_WIDTH

__all__ = ["Bars", "Block", "Document", "Picture", "Section", "Table", "Text", "write"]


FULL_WIDTH = PAGE_WIDTH * DPI
"""Pixels of a figure that is as wide as the text."""


@dataclass(frozen=True)
class Picture:
    """An image with its caption.

    `shape` is "wide" for one that scrolls sideways on a phone instead of shrinking, "tall" for one
    whose height is limited, "film" for one that moves and is left out in print, else "plain".
    """

    path: Path
    title: str
    caption: str
    shape: Literal["plain", "wide", "tall", "film"] = "plain"
    kind: str = "picture"

    @property
    def share(self) -> float:
        """Width that the image has on a wide screen [% of the text]."""
        with Image.open(self.path) as image:
            return min(100.0, 100.0 * image.width / FULL_WIDTH)

    @property
    def source(self) -> str:
        """The image itself as a data address."""
        kind = {".png": "image/png", ".gif": "image/gif"}[self.path.suffix]
        return f"data:{kind};base64,{base64.b64encode(self.path.read_bytes()).decode('ascii')}"


@dataclass(frozen=True)
class Table:
    """Rows of text; the first cell of a row names it."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    kind: str = "table"


@dataclass(frozen=True)
class Bars:
    """Shares to compare: (name, share or None, share as text, explanation)."""

    rows: Sequence[tuple[str, float | None, str, str]]
    kind: str = "bars"


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    kind: str = "text"


Block = Picture | Table | Bars | Text


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it; left out of the page when nothing does."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """A whole page.

    Attributes
    ----------
    title, subtitle : what it is about.
    summary : plain sentences.
    key_numbers : (name, value) of the few numbers at the top.
    sections : the rest.
    notice : a warning above everything, None when there is none.
    footer : where it comes from.
    """

    title: str
    subtitle: str
    summary: Sequence[str]
    key_numbers: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    notice: str | None = None
    footer: Sequence[str] = field(default_factory=tuple)


def write(document: Document, path: Path) -> Path:
    """Write `document` as one HTML file that loads nothing, and return its path."""
    text = _template().render(
        page=document,
        sections=[section for section in document.sections if section.blocks],
        style=_resource("style.css"),
        version=__version__,
    )
    write_text(path, text)
    return path


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_resource("template.html.j2"))


def _resource(name: str) -> str:
    return (files("phasefield.report") / name).read_text(encoding="utf-8")
