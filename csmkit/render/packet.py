"""One packet: a person's slice and a template in a folder to run, then what came of it."""

from __future__ import annotations

import hashlib
import hmac
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
import pyarrow as pa
from nbformat import NotebookNode

from csmkit import __version__
from csmkit.compute.sentences import notices
from csmkit.cycle import Book
from csmkit.errors import DataError, UsageError
from csmkit.render.html import packet_html
from csmkit.render.slice_folder import write_book
from csmkit.resources import resource
from csmkit.runner.jobs import Job, Outcome

PARAMETER = "slice_folder"
_SLICE = "slice"
_OF_LANGUAGE = ("kernelspec", "language_info")
_OF_CELLS = "ipykernel_"
_CELL = re.compile(rf"[^\s'\"(<]*{_OF_CELLS}\d+[\\/]+\d+\.py")


@dataclass(frozen=True, slots=True)
class Plan:
    """A packet that is ready to run.

    Attributes
    ----------
    job : Job
        What to run; its folder holds the slice and the template, and nothing else.
    name : str
        The person's.
    page : dict
        What the page says above its sections: as `packet_html` takes it.
    """

    job: Job
    name: str
    page: dict[str, Any]

    @property
    def slice(self) -> Path:
        """The folder of the person's slice: all the data that the packet is made from."""
        return self.job.folder / _SLICE

    def inputs(self, key: str = "") -> str:
        """A digest of all that the packet is made from: slice, template, parameters, kit.

        Parameters
        ----------
        key : str
            With a passphrase for a key, nobody without it can try out what a slice held.
        """
        digest = hmac.new(key.encode(), f"{__version__}\n{self.page}".encode(), hashlib.sha256)
        for path in sorted(p for p in self.job.folder.rglob("*") if p.is_file()):
            name = path.relative_to(self.job.folder).as_posix()
            digest.update(f"{name}\n{path.stat().st_size}\n".encode() + path.read_bytes())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A packet's two forms, not yet written where anybody looks for them."""

    notebook: NotebookNode
    html: str


class PacketError(DataError):
    """A packet that failed; carries the notebook as far as it got."""

    def __init__(self, what: str, notebook: NotebookNode) -> None:
        super().__init__(what, "The other packets are not touched by it.")
        self.notebook = notebook


def template(path: Path | None = None) -> NotebookNode:
    """The packet template, checked: it must take the parameter a packet is given.

    Raises
    ------
    UsageError
        If there is no such notebook, or it has no cell tagged ``parameters`` that names the
        parameter; papermill would run it on nothing and only warn.
    """
    path = path or resource("notebooks") / "csm_packet.ipynb"
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # each kind of file that is no notebook has an error of its own
        why = error.strerror if isinstance(error, OSError) else "it is no notebook"
        raise UsageError(
            f"The packet template {path.name} cannot be read ({why}).",
            "Name a notebook, or leave the template out to use the kit's own.",
        ) from None
    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if not any(line.startswith(f"{PARAMETER} ") for c in cells for line in c.source.splitlines()):
        raise UsageError(
            f"The packet template {path.name} has no parameter {PARAMETER!r}.",
            f"Give it a cell tagged 'parameters' with the line: {PARAMETER} = \"\"",
        )
    return notebook


def for_reader(notebook: NotebookNode, *, edition: str, role: str) -> NotebookNode:
    """The template without the cells that are not for this edition or role.

    A cell tagged ``only-committee`` is kept in that edition only; one tagged ``not-cs_ops`` is
    dropped for that role. What the template showed when somebody tried it is not of this packet:
    it goes too, and cells are numbered anew, so that the same cells are the same packet.
    """

    def kept(cell: NotebookNode) -> bool:
        tags = cell.metadata.get("tags", [])
        editions = [t.removeprefix("only-") for t in tags if t.startswith("only-")]
        return (not editions or edition in editions) and f"not-{role}" not in tags

    metadata = {k: v for k, v in notebook.metadata.items() if k in _OF_LANGUAGE}
    chosen: NotebookNode = nbformat.from_dict({**notebook, "metadata": metadata})
    chosen.cells = [nbformat.from_dict(cell) for cell in notebook.cells if kept(cell)]
    for number, cell in enumerate(chosen.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata = nbformat.from_dict(_tags(cell))
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return chosen


class Templates:
    """A template as text for each kind of reader, made once.

    Parameters
    ----------
    notebook : NotebookNode
        From `template`.
    """

    def __init__(self, notebook: NotebookNode) -> None:
        self._notebook = notebook
        self._texts: dict[tuple[str, str], str] = {}

    def text(self, edition: str, role: str) -> str:
        """The notebook that people of a role are given in an edition."""
        if (edition, role) not in self._texts:
            chosen = for_reader(self._notebook, edition=edition, role=role)
            self._texts[edition, role] = nbformat.writes(chosen)
        return self._texts[edition, role]


def plan_packet(
    book: Book,
    notebook: NotebookNode | Templates,
    *,
    folder: Path,
    page: Mapping[str, Any] | None = None,
    figures: Mapping[str, pa.Table] | None = None,
) -> Plan:
    """Make a folder ready to run in.

    Parameters
    ----------
    book : Book
        One person's slice.
    notebook : NotebookNode or Templates
        From `template`; for many packets `Templates` of it.
    folder : Path
        An empty folder. The slice written into it is the only data the packet's process can reach
        from where it runs.
    page : mapping, optional
        What `packet_html` is told besides.
    figures : mapping of str to Table, optional
        As `write_book` takes them.

    Returns
    -------
    Plan
        The job, and what its page will say.
    """
    person = book.owner
    write_book(book, folder / _SLICE, figures)
    templates = notebook if isinstance(notebook, Templates) else Templates(notebook)
    chosen = templates.text(book.edition, str(person["role"]))
    (folder / "template.ipynb").write_text(chosen, encoding="utf-8")
    job = Job(folder, folder / "template.ipynb", folder / "result.ipynb", {PARAMETER: _SLICE})
    told = {
        **(page or {}),
        "title": str(person["name"]),
        "subtitle": _subtitle(book, person),
        "edition": book.edition,
        "meta": {"Period": str(book.period), "version": __version__},
    }
    return Plan(job, str(person["name"]), told)


def read_packet(plan: Plan, outcome: Outcome) -> Rendered:
    """What a run left: the notebook without parameters, paths and times, and its page.

    Parameters
    ----------
    plan : Plan
        What was to be run.
    outcome : Outcome
        What became of it.

    Raises
    ------
    PacketError
        If the run failed.
    """
    notebook = nbformat.v4.new_notebook()
    if outcome.notebook:
        # Papermill's own reader has checked the template; what a run adds is checked when written.
        ran = nbformat.v4.reads(outcome.notebook.read_text(encoding="utf-8"))
        notebook = _cleaned(ran, plan.job.folder)
    if outcome.status == "failed":
        why = placeless(outcome.why, plan.job.folder)
        raise PacketError(f"The packet of {plan.name} failed: {why}", notebook)
    return Rendered(notebook, packet_html(notebook, **plan.page))


def _subtitle(book: Book, person: dict[str, Any]) -> str:
    parts = [notices()[f"role_{person['role']}"]]
    if isinstance(person["level"], str):
        parts.append(person["level"])
    managers = book.table("people")
    manager = managers.loc[managers["person_id"] == person["manager_id"], "name"]
    if len(manager):
        parts.append(f"reports to {manager.iloc[0]}")
    return " · ".join(parts)


def _cleaned(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """The notebook without what papermill and the kernel note of the machine and the run."""
    notebook.metadata.pop("papermill", None)
    kept = []
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags or "papermill-error-cell-tag" in tags:
            continue
        cell.metadata = nbformat.from_dict(_tags(cell))
        for output in cell.get("outputs", []):
            _take_places(output, folder)
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
        kept.append(cell)
    notebook.cells = kept
    return notebook


def _tags(cell: NotebookNode) -> dict[str, Any]:
    tags = cell.metadata.get("tags", [])
    return {"tags": tags} if tags else {}


def _take_places(output: NotebookNode, folder: Path) -> None:
    """Take the places of this machine out of all that an output says in words."""
    for said, name in ((output, "evalue"), (output, "text"), *_texts(output.get("data", {}))):
        if isinstance(said.get(name), str):
            said[name] = placeless(said[name], folder)


def _texts(data: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    return ((data, name) for name in data if name.startswith("text/"))


def placeless(said: str, folder: Path | None = None) -> str:
    """Words without where on this machine they come from.

    Parameters
    ----------
    said : str
        An error, or what was printed.
    folder : Path, optional
        Of the packet.

    Examples
    --------
    >>> placeless("/tmp/ipykernel_15372/1387704861.py:2: UserWarning: rounded")
    '<cell>:2: UserWarning: rounded'
    """
    if _OF_CELLS in said:
        said = _CELL.sub("<cell>", said)
    for written, pattern, name in _places(folder):
        if any(place in said for place in written):
            said = pattern.sub(name, said)
    return said


@lru_cache(maxsize=64)
def _places(folder: Path | None) -> tuple[tuple[set[str], re.Pattern[str], str], ...]:
    """Places, the longest first: how each is written, as a pattern too, and what stands for it."""
    places = {sys.prefix: "<python>", tempfile.gettempdir(): "<temp>", str(Path.home()): "<home>"}
    if folder is not None:
        places |= {str(folder): "<packet>", str(folder.resolve()): "<packet>"}
    found = []
    for place in sorted(places, key=len, reverse=True):
        written = {place, place.replace("\\", "\\\\"), place.replace("\\", "/")}
        either = "|".join(map(re.escape, sorted(written, key=len, reverse=True)))
        found.append((written, re.compile(rf"(?:{either})(?![\w.-])"), places[place]))
    return tuple(found)
