"""The site, built by `make docs`: Sphinx reads the Markdown of the repository where it stands.

The sources are README.md, CHANGELOG.md, CONTRIBUTING.md and the pages of docs/ and validation/, so
that a link that works in the repository works on the site. The order of the pages is in
docs/_toc.yml.
"""

from __future__ import annotations

import logging
import re
from typing import Any

import phasefield

project = "phasefield-llzo"
author = "The phasefield-llzo developers"
release = version = phasefield.__version__

extensions = [
    "myst_parser",
    "sphinx_external_toc",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx-mathjax-offline",
]
include_patterns = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/**", "validation/**"]
exclude_patterns = ["docs/_*", "**/__pycache__", ".*", "build", "runs", "tests", "phasefield"]
external_toc_path = "docs/_toc.yml"
templates_path = ["_templates"]
default_role = "code"

html_theme = "furo"
html_title = f"phasefield-llzo {release}"
html_additional_pages = {"index": "to_the_overview.html"}
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["site.css"]

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 5

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_format = "short"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = False
napoleon_use_ivar = True

logging.getLogger("fipy").setLevel(logging.WARNING)  # it announces its solvers

linkcheck_timeout = 20
linkcheck_workers = 4

ENTRY = re.compile(r"^(\S.*?) : (.*)$")
RULE = re.compile(r"^-{3,}$")
SPECIAL = re.compile(r"(``.*?``|`.*?`)|([*|])")
"""Stars and bars of plain text, which are markup to Sphinx; not those in backquotes."""


def plain_sections(
    _app: Any, what: str, _name: str, _object: Any, _options: Any, lines: list[str]
) -> None:
    """Give Napoleon sections as it reads them: "name : text" has its text on the next line.

    The docstrings of this package leave types to the annotations, so that what stands behind the
    colon is the meaning; in "Returns" there is nothing but the meaning.
    """
    section = ""
    done = [""] if what in ("attribute", "data") else []  # else a colon in it would end a type
    for number, line in enumerate(lines):
        if number + 1 < len(lines) and RULE.match(lines[number + 1].strip()):
            section = line.strip()
        entry = ENTRY.match(line)
        if section == "Returns" and line.strip() == "Returns":
            done += ["", ":returns:"]  # two empty lines end the section before it
        elif section == "Returns" and RULE.match(line):
            continue
        elif section == "Returns":
            done.append(f"    {line}" if line.strip() else "")
        elif entry and section in ("Parameters", "Attributes", "Raises"):
            done += [entry[1], f"    {entry[2]}"]
        else:
            done.append(line)
    lines[:] = [SPECIAL.sub(lambda found: found[1] or f"\\{found[2]}", line) for line in done]


def without_aliases(
    _app: Any, _what: str, _name: str, member: Any, skip: bool, _options: Any
) -> bool | None:
    """Leave out fields of named tuples that say no more than their number."""
    return True if (member.__doc__ or "").startswith("Alias for field number") else None


def setup(app: Any) -> None:
    """Register what this file adds to Sphinx."""
    app.connect("autodoc-process-docstring", plain_sections, priority=400)
    app.connect("autodoc-skip-member", without_aliases)
