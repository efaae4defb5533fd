"""The documentation does what it says: cases load, code runs, links work, tables are true.

A fence is run by the words after its first three characters: ```yaml holds a case, ```yaml sweep a
sweep, ```yaml NAME.yaml a file that the page tells to save under that name; ```python and
```console run in order, page by page, in a directory with the `cases`; with `slow` they run only in
the slow tests, with `short` too, and there each run plates for two seconds only; with `no-run`
never, and then NOT_RUN below says why; ```python pvpython runs in ParaView; ```text shows commands
that the parser must take. Lines of a console block without `$ ` are what the command prints, and
`...` stands for anything.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import io
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import matplotlib
import pytest
from ruamel.yaml import YAML

from phasefield import cli
from phasefield.case import load_case
from phasefield.setup.forecast import preflight
from phasefield.studies.plan import make_plan

ROOT = Path(__file__).parents[1]
BOOK = (ROOT / "validation").rglob("*.md")
FRONT = (ROOT / page for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))
PAGES = sorted([*FRONT, *(ROOT / "docs").rglob("*.md"), *BOOK])
CASES = sorted((ROOT / "cases").glob("*.yaml"))
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)

NOT_RUN = {
    ("README.md", "$ make quickstart"): "installs; its run is the next block",
    ("docs/tutorials/from-a-clone.md", "$ make quickstart"): "the same",
    ("README.md", "$ make test"): "runs this test",
    ("CONTRIBUTING.md", "$ make quickstart"): "installs, and runs this test",
    ("README.md", "$ python3 -m venv"): "installs",
    ("docs/explanation/fitted-wall.md", "from phasefield.case"): "minutes, and needs gmsh:"
    " tests/solvers/test_fipy_fitted.py calls it with fewer cells",
    ("docs/explanation/validation.md", "$ phasefield verify"): "rewrites validation/:"
    " tests/test_verify.py runs two of its problems elsewhere",
}
"""Every block that no test runs: its page, how it begins, why."""

SHORT = [
    "protocol=[{plate: {current_density: 0.1 mA/cm^2, duration: 2 s}}]",
    "solver.time_step=1 s",
    "output.fields_every=1 s",
]
"""What a run of a block marked `short` changes, so that its commands are seen to work."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the words after it, its text, the line it begins in."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int

    @property
    def file(self) -> str:
        """Name under which the page tells to save the block, or nothing."""
        return next((word for word in self.words if word.endswith(".yaml")), "")


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(found[1], tuple(found[2].split()), found[3], text.count("\n", 0, found.start()) + 1)
        for found in FENCE.finditer(text)
    ]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def pages_with(language: str, word: str | None) -> list[Path]:
    return [
        page
        for page in PAGES
        if any(b.language == language and (word is None or word in b.words) for b in blocks(page))
    ]


@pytest.mark.parametrize("file", CASES, ids=name)
def test_case_loads_and_passes_preflight(file):
    assert preflight(load_case(file)).problems == ()


def test_there_are_cases():
    assert "quickstart.yaml" in [file.name for file in CASES]


@pytest.mark.parametrize("page", pages_with("yaml", None), ids=name)
def test_yaml_is_a_valid_case(page, workplace):
    found = [b for b in blocks(page) if b.language == "yaml" and not b.words]
    assert all("format: 1" in block.text for block in found)
    for number, block in enumerate(found):
        file = workplace / f"{number}.yaml"
        file.write_text(block.text, encoding="utf-8")
        assert preflight(load_case(file)).problems == ()


SWEEPS = sorted((ROOT / "cases" / "sweeps").glob("*.yaml"))


@pytest.mark.parametrize("file", SWEEPS, ids=name)
def test_sweep_has_no_invalid_member(file, tmp_path):
    assert not [member.problem for member in make_plan(file, tmp_path).members if member.problem]


@pytest.mark.parametrize("page", pages_with("yaml", "sweep"), ids=name)
def test_yaml_is_a_valid_sweep(page, workplace):
    for block in blocks(page):
        if block.language == "yaml" and "sweep" in block.words:
            (workplace / "cases" / "sweep.yaml").write_text(block.text, encoding="utf-8")
            plan = make_plan(workplace / "cases" / "sweep.yaml")
            assert not [member.problem for member in plan.members if member.problem]


def with_code(*words: str) -> list[Path]:
    """Pages with python or console blocks that run: the fast ones, or those with all of `words`."""
    runnable = {"python", "console"}
    return [
        page
        for page in PAGES
        if any(b.language in runnable and set(b.words) == set(words) for b in blocks(page))
    ]


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """An empty directory with the cases, in which the code of a page runs."""
    shutil.copytree(ROOT / "cases", tmp_path / "cases")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(matplotlib, "is_interactive", lambda: False)
    matplotlib.use("agg")
    return tmp_path


def run_page(page: Path, allowed: tuple[set[str], ...]) -> None:
    names: dict[str, object] = {}
    for block in blocks(page):
        if block.language == "yaml" and block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
        if set(block.words) not in allowed:
            continue
        if block.language == "python":
            # a page is trusted as much as a test is
            exec(compile("\n" * block.line + block.text, str(page), "exec"), names)
        elif block.language == "console":
            run_console(block, page)


def printed_by(arguments: list[str]) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        cli.main(arguments)
    return output.getvalue()


def printed_by_python(arguments: list[str]) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return done.stdout


def run_console(block: Block, page: Path) -> None:
    """Run every command of a block and compare what it prints with the lines below it."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        program, *arguments = shlex.split(command)
        known = program in ("phasefield", "python")
        assert known, f"{page}:{block.line}: cannot run {program}; mark it no-run"
        if "short" in block.words and arguments[0] == "run":
            arguments += [word for change in SHORT for word in ("--set", change)]
        printed = printed_by_python(arguments) if program == "python" else printed_by(arguments)
        matches = doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS)
        assert matches, f"{name(page)}:{block.line}: {command}\nprints\n{printed}\nnot\n{expected}"


@pytest.mark.filterwarnings("ignore::phasefield.analysis.analytic.ContactAreaWarning")
@pytest.mark.parametrize("page", with_code(), ids=name)
def test_code_runs(page, workplace):
    run_page(page, (set(),))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::phasefield.analysis.analytic.ContactAreaWarning")
@pytest.mark.parametrize("page", with_code("slow"), ids=name)
def test_code_runs_and_prints_what_the_page_says(page, workplace):
    run_page(page, (set(), {"slow"}))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::phasefield.analysis.analytic.ContactAreaWarning")
@pytest.mark.parametrize("page", with_code("short"), ids=name)
def test_commands_work_on_shortened_cases(page, workplace):
    run_page(page, ({"short"},))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_says_what_it_is(page):
    text = page.read_text(encoding="utf-8")
    assert len(re.findall(r"^```", text, re.MULTILINE)) == 2 * len(blocks(page))
    known = {(), ("slow",), ("short",), ("no-run",), ("pvpython",), ("sweep",)}
    assert {block.words for block in blocks(page) if not block.file} <= known


def test_blocks_that_no_test_runs_are_few_and_have_a_reason():
    found = {
        (name(page), block.text)
        for page in PAGES
        for block in blocks(page)
        if "no-run" in block.words
    }
    known = {
        (page, text)
        for page, text in found
        for where, how in NOT_RUN
        if page == where and text.startswith(how)
    }
    assert found == known
    assert len(found) == len(NOT_RUN)


@pytest.mark.parametrize("page", pages_with("text", None), ids=name)
def test_commands_that_are_only_shown_can_be_parsed(page):
    lines = "\n".join(b.text for b in blocks(page) if b.language == "text").splitlines()
    commands = [line for line in lines if line.startswith("phasefield ")]
    assert commands
    for command in commands:
        plain = re.split(r"\s{2,}| > ", command)[
            0
        ]  # what stands behind is a remark, or the shell's
        cli.make_parser().parse_args(shlex.split(plain)[1:])


def anchors(page: Path) -> set[str]:
    """Anchors of a page as GitHub makes them, and those written out."""
    text = page.read_text(encoding="utf-8")
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in HEADING.findall(text))
    return {title.replace(" ", "-") for title in plain} | set(re.findall(r"<a id='([^']+)'>", text))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_file(), f"{name(page)}: {target}"
        assert not anchor or anchor in anchors(file), f"{name(page)}: {target}"


def test_every_page_can_be_reached():
    seen, todo = set(), [ROOT / "README.md", ROOT / "docs" / "index.md"]
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = LINK.findall(page.read_text(encoding="utf-8"))
        relative = (link.partition("#")[0] for link in links if "://" not in link)
        todo += [(page.parent / link).resolve() for link in relative if link]
    assert set(PAGES) <= seen


def test_every_page_has_its_place_on_the_site():
    toc = YAML(typ="safe").load((ROOT / "docs" / "_toc.yml").read_text(encoding="utf-8"))
    listed = set(entries_of(toc)) | {toc["root"]}
    pages = {name(page).rpartition(".")[0] for page in PAGES}
    pages |= {name(page).rpartition(".")[0] for page in (ROOT / "docs").rglob("*.rst")}
    assert {page for page in pages if not any(fnmatch(page, entry) for entry in listed)} == set()


def entries_of(node):
    """Files and patterns of a table of contents."""
    for subtree in node.get("subtrees", ()):
        for entry in subtree["entries"]:
            yield entry.get("file") or entry["glob"]
            yield from entries_of(entry)


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.rst")), ids=name)
def test_modules_of_the_reference_are_there(page):
    for module in re.findall(r"automodule:: (\S+)", page.read_text(encoding="utf-8")):
        assert importlib.import_module(module).__doc__


def test_every_picture_says_which_case_and_command_made_it():
    gallery = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    shown = re.split(r"^## ", gallery, flags=re.MULTILINE)[1:]
    for part in shown:
        assert re.search(
            r"^```(console|text)|\.yaml` of|figures_paper_model", part, re.MULTILINE
        ), part
    pictures = {file.name for file in (ROOT / "docs" / "images").iterdir()}
    assert pictures == set(re.findall(r"\(images/([^)]+)\)", gallery))


@pytest.mark.slow
def test_site_is_built_without_a_warning(tmp_path):
    pytest.importorskip("sphinx_external_toc", reason="needs the extra docs: make docs")
    options = ["--fail-on-warning", "--keep-going", "--quiet"]
    folders = ["-c", "docs", "-d", tmp_path / "doctrees", ".", tmp_path / "site"]
    command = [sys.executable, "-m", "sphinx", *options, *folders]
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    theory = (tmp_path / "site/docs/explanation/theory.html").read_text(encoding="utf-8")
    assert all(rf"\tag{{{letter}}}" in theory for letter in "ABCDEF")


def test_tables_made_from_the_code_are_in_step():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert generate.made(text) == text, f"{name(page)} is out of step: make docs"


@pytest.mark.paraview
@pytest.mark.skipif(None in map(shutil.which, ("pvpython", "xvfb-run")), reason="not installed")
@pytest.mark.parametrize("page", pages_with("python", "pvpython"), ids=name)
def test_script_for_paraview_runs(page, workplace):
    (block,) = (b for b in blocks(page) if "pvpython" in b.words)
    found = re.search(r'FileName="([^"]+)/fields.pvd"', block.text)
    assert found is not None
    step = "solver.time_step=50 s"
    assert cli.main(["run", "cases/quickstart.yaml", "--out", found[1], "--set", step]) == 0
    (workplace / "script.py").write_text(block.text, encoding="utf-8")
    command = ["xvfb-run", "-a", "pvpython", "script.py"]
    for _ in range(3):  # xvfb-run does not always wait for its server
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if "bad X server connection" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    picture = matplotlib.image.imread("lithium.png")
    red, blue = picture[..., 0], picture[..., 2]
    assert (red - blue > 0.3).mean() > 0.05  # lithium, in ParaView's cool to warm colours
    assert (blue - red > 0.3).mean() > 0.05  # no lithium
