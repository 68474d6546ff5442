"""One packet: the template run by papermill on one person's slice, then its page."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from csmkit import __version__
from csmkit.compute.sentences import notices
from csmkit.cycle import Book
from csmkit.errors import DataError, UsageError
from csmkit.render.html import packet_html
from csmkit.render.slices import write_book
from csmkit.resources import resource

PARAMETER = "slice_folder"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A packet's two forms, not yet written where anybody looks for them."""

    notebook: NotebookNode
    html: str
    seconds: float


class PacketError(DataError):
    """A packet whose template raised; carries the notebook as far as it got."""

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
    except (OSError, nbformat.reader.NotJSONError) as error:
        raise UsageError(
            f"The packet template {path.name} cannot be read ({type(error).__name__}).",
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
    dropped for that role.
    """

    def kept(cell: NotebookNode) -> bool:
        tags = cell.metadata.get("tags", [])
        editions = [t.removeprefix("only-") for t in tags if t.startswith("only-")]
        return (not editions or edition in editions) and f"not-{role}" not in tags

    chosen: NotebookNode = nbformat.from_dict(notebook)
    chosen.cells = [nbformat.from_dict(cell) for cell in notebook.cells if kept(cell)]
    return chosen


def render_packet(book: Book, notebook: NotebookNode, *, folder: Path) -> Rendered:
    """Run the template on a book in a folder of its own.

    Parameters
    ----------
    book : Book
        One person's slice.
    notebook : NotebookNode
        From `template`.
    folder : Path
        An empty folder; the slice is written into it and is the only data the kernel can reach
        from where it runs.

    Returns
    -------
    Rendered
        The executed notebook without parameters, paths and times, and its page.

    Raises
    ------
    PacketError
        If a cell raised or the kernel died.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from csmkit.render.kernel import QuietKernelManager, last_words

    started = time.perf_counter()
    person = book.owner
    slice_folder = folder / "slice"
    write_book(book, slice_folder)
    source, result = folder / "template.ipynb", folder / "result.ipynb"
    nbformat.write(for_reader(notebook, edition=book.edition, role=str(person["role"])), source)
    try:
        papermill.execute_notebook(
            # papermill takes braces in a path for parameters.
            str(source).replace("{", "{{").replace("}", "}}"),
            str(result).replace("{", "{{").replace("}", "}}"),
            parameters={PARAMETER: slice_folder.name},
            kernel_name="python3",
            language="python",
            progress_bar=False,
            resources={"metadata": {"path": str(folder)}},
            # The kernel's remarks on its transport are for developers, not for a leader's terminal.
            extra_arguments=["--log-level=50"],
            kernel_manager_class=QuietKernelManager,
        )
    except PapermillExecutionError as error:
        done = _cleaned(nbformat.read(result, as_version=4))
        what = f"The packet of {person['name']} failed: {error.ename}: {error.evalue}"
        raise PacketError(what, done) from None
    except RuntimeError as error:
        why = last_words(folder) or type(error).__name__
        raise PacketError(
            f"The packet of {person['name']} failed: its kernel stopped ({why}).",
            nbformat.v4.new_notebook(),
        ) from None
    finished = _cleaned(nbformat.read(result, as_version=4))
    page = packet_html(
        finished,
        title=str(person["name"]),
        subtitle=_subtitle(book, person),
        edition=book.edition,
        meta={"Period": str(book.period), "version": __version__},
    )
    return Rendered(finished, page, time.perf_counter() - started)


def _subtitle(book: Book, person: dict[str, Any]) -> str:
    parts = [notices()[f"role_{person['role']}"]]
    if isinstance(person["level"], str):
        parts.append(person["level"])
    managers = book.table("people")
    manager = managers.loc[managers["person_id"] == person["manager_id"], "name"]
    if len(manager):
        parts.append(f"reports to {manager.iloc[0]}")
    return " · ".join(parts)


def _cleaned(notebook: NotebookNode) -> NotebookNode:
    """The notebook without what papermill and the kernel note of the machine and the run."""
    notebook.metadata.pop("papermill", None)
    kept = []
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags or "papermill-error-cell-tag" in tags:
            continue
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
        kept.append(cell)
    notebook.cells = kept
    return notebook
