"""Makes the packets of a pack: a slice each, run, looked through and put in its place."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pandas as pd
from nbformat import NotebookNode

from csmkit.bias.context import failures, team_context
from csmkit.compute.results import account_results
from csmkit.cycle import Cycle
from csmkit.errors import CsmkitError, DataError
from csmkit.give_back import give_back
from csmkit.matrix.matrix import Matrix
from csmkit.names import packet_slug
from csmkit.render.figures import Figures
from csmkit.render.on_paper import ENDING as PDF
from csmkit.render.on_paper import NoPaper
from csmkit.render.own_words import own_words
from csmkit.render.packet import (
    PacketError,
    Plan,
    Templates,
    placeless,
    plan_packet,
    read_packet,
)
from csmkit.render.press import Press
from csmkit.render.runs import Runs
from csmkit.render.shelf import Shelf
from csmkit.render.slices import book_of
from csmkit.runner.jobs import Job, Outcome
from csmkit.scan.scanner import Scanner
from csmkit.view.runtime import begin_runtime

Entry = dict[str, Any]
_PRINTING = 2
"""How many packets may wait for their PDF while further ones are made."""


@dataclass(frozen=True, slots=True)
class _Begun:
    plan: Plan
    entry: Entry


class _Ending(NamedTuple):
    """A packet whose pages are made, None if that failed, and what makes its PDF."""

    plan: Plan
    entry: Entry
    pages: dict[str, bytes] | None
    printing: Future[bytes] | None

    @property
    def is_printed(self) -> bool:
        """Whether there is nothing to wait for."""
        return self.printing is None or self.printing.done()


class Maker:
    """Makes packets one by one, for whoever is asked for.

    Parameters
    ----------
    cycle : Cycle
        The whole team. It never leaves this process: the process of a packet gets a slice.
    template : NotebookNode
        From `csmkit.render.packet.template`.
    shelf : Shelf
        Where finished packets go.
    edition : str
        ``committee`` or ``csm``.
    matrix : Matrix, optional
        What the team is scored by.
    before : mapping of str to dict, optional
        Entries of an earlier run, by person: a packet made from the same inputs is kept.
    force : bool
        Whether to keep none.
    page : mapping, optional
        What `csmkit.render.html.packet_html` is told of every page.
    paper : str
        What PDFs beside the pages are made for, ``a4`` or ``us-letter``; none are made if blank.

    Attributes
    ----------
    failed_checks : tuple of str
        Checks of the team that stopped on an error of the kit.
    left_out : tuple of str
        Names that cannot be told from words, see docs/privacy.md.
    kept : set of str
        Ids of those whose earlier packet still holds.
    """

    def __init__(
        self,
        cycle: Cycle,
        template: NotebookNode,
        shelf: Shelf,
        edition: str,
        matrix: Matrix | None = None,
        *,
        before: Mapping[str, Entry] | None = None,
        force: bool = False,
        page: Mapping[str, Any] | None = None,
        paper: str = "",
    ) -> None:
        self._paper = Press(paper)
        self._cycle, self._shelf, self._edition = cycle, shelf, edition
        self._templates = Templates(template)
        self._context = team_context(cycle, matrix)
        self._figures = Figures(cycle, edition=edition, context=self._context)
        self.failed_checks = tuple(failures(cycle, matrix))
        words = own_words(template) + (matrix.text if matrix else "")
        self._scanner = Scanner(cycle, ordinary=words)
        self.left_out = self._scanner.left_out
        self.kept: set[str] = set()
        self._before, self._force, self._page = before or {}, force, page or {}
        money = account_results(cycle).groupby("person_id")[["calendar_opening", "closing"]]
        sums = money.sum(min_count=1)
        self._sums = sums.reindex(cycle.subjects["person_id"], fill_value=0.0)
        self._names = cycle.subjects.set_index("person_id")["name"]
        gc.collect()
        give_back()

    def waiting(self, who: str) -> Entry:
        """A person's entry before it was looked whether there is a packet that holds."""
        before = self._before.get(who, {})
        return {
            "person_id": who,
            "slug": packet_slug(self._names[who], who),
            "status": "waiting",
            "error": "Not rendered yet: the run was stopped.",
            "opening_arr": _known(self._sums["calendar_opening"][who]),
            "closing_arr": _known(self._sums["closing"][who]),
            # With these a run that is stopped now forgets no packet that still holds.
            **{key: before.get(key, empty) for key, empty in _OF_FILES.items()},
        }

    def make(self, people: Iterable[str], runs: Runs, done: Callable[[Entry], None]) -> None:
        """A packet for each person.

        Parameters
        ----------
        people : iterable of str
            Their ids.
        runs : Runs
            What runs the packets.
        done : callable
            Told the entry of each for the manifest, as soon as there is one.
        """
        running: dict[Path, _Begun] = {}
        with tempfile.TemporaryDirectory(prefix="csmkit-") as work:

            def jobs() -> Iterator[Job]:
                for number, who in enumerate(people):
                    begun = self._begin(who, Path(work) / str(number))
                    if isinstance(begun, _Begun):
                        if not running:
                            begin_runtime()
                        running[begun.plan.job.folder] = begun
                        yield begun.plan.job
                    else:
                        done(begun)

            with closing(self._paper), closing(runs.run(jobs())) as outcomes:
                ending: deque[_Ending] = deque()
                for outcome in outcomes:
                    ending.append(self._end(running.pop(outcome.job.folder), outcome))
                    # A PDF is made while the next packets' pages are.
                    while ending and (ending[0].is_printed or len(ending) > _PRINTING):
                        done(self._ended(ending.popleft()))
                    give_back()
                while ending:
                    done(self._ended(ending.popleft()))

    def _begin(self, who: str, folder: Path) -> _Begun | Entry:
        """A packet ready to run; its entry, if there is nothing to run."""
        entry, before = {**self.waiting(who), **_OF_FILES}, self._before.get(who)
        try:
            folder.mkdir()
            book = book_of(self._cycle, who, edition=self._edition, context=self._context)
            figures = self._figures.of(book)
            plan = plan_packet(
                book, self._templates, folder=folder, page=self._page, figures=figures
            )
            entry["inputs"] = plan.inputs(self._shelf.key(who))
        except Exception as error:  # one packet's fault, whatever it is, never stops the others
            shutil.rmtree(folder, ignore_errors=True)
            return self._failed(entry, error)
        if before is None or self._force or not self._holds(before, entry):
            return _Begun(plan, entry)
        on_pages = self._on_pages(plan, entry, before)
        shutil.rmtree(folder, ignore_errors=True)
        self._shelf.remove(entry["slug"], but=on_pages["files"])
        self.kept.add(who)
        return {**entry, "seconds": before["seconds"], **on_pages, "status": "done", "error": ""}

    def _on_pages(self, plan: Plan, entry: Entry, before: Entry) -> Entry:
        """What an entry says of the files of a packet that is kept, its PDF as it is wanted now."""
        if self._as_wanted(before):
            return {"files": before["files"], "paper": self._paper.paper}
        files = {name: made for name, made in before["files"].items() if not name.endswith(PDF)}
        pdf, told = self._pdf(plan, entry, self._paper.begin(plan.slice))
        try:
            return {"files": files | self._shelf.add(pdf), **told}
        except CsmkitError as error:
            return {"files": files, "paper": "", "pdf_error": f"{plan.name}: {error}"}

    def _holds(self, before: Entry, entry: Entry) -> bool:
        """Whether an earlier packet is what this one would be, whatever became of that run."""
        same = all(before.get(key) == entry[key] for key in ("slug", "inputs"))
        # A PDF is within the archive of an encrypted packet, which is made as a whole.
        same = same and (self._shelf.recipients is None or self._as_wanted(before))
        return same and self._shelf.holds(before.get("files", {}))

    def _as_wanted(self, before: Entry) -> bool:
        """Whether an earlier packet has the PDF that is wanted now, or rightly none."""
        return before.get("paper", "") == self._paper.paper and not before.get("pdf_error")

    def _end(self, begun: _Begun, outcome: Outcome) -> _Ending:
        """A packet's pages, looked through, while its PDF is made."""
        plan, entry = begun.plan, begun.entry
        entry["seconds"] = round(outcome.seconds, 2)
        printing = self._paper.begin(plan.slice) if outcome.status != "failed" else None
        pages = None
        try:
            pages = self._pages(plan, outcome, entry)
        except PacketError as error:
            left = f"The cells that ran are in {entry['slug']}.failed{self._shelf.failed_ending}."
            entry |= {"status": "failed", "error": f"{_sentence(error.what)} {left}", "files": {}}
        except Exception as error:  # one packet's fault, whatever it is, never stops the others
            entry = self._failed(entry, error)
        return _Ending(plan, entry, pages, printing)

    def _ended(self, ending: _Ending) -> Entry:
        """A packet in its place, whole or not at all; its entry."""
        plan, entry, pages, printing = ending
        try:
            if pages is None:
                return entry
            pdf, told = self._pdf(plan, entry, printing)
            files = self._shelf.place(entry["slug"], entry["person_id"], pages | pdf)
            return {**entry, **told, "status": "done", "error": "", "files": files}
        except Exception as error:  # as above
            return self._failed(entry, error)
        finally:
            wait([printing] if printing else [])
            shutil.rmtree(plan.job.folder, ignore_errors=True)

    def _failed(self, entry: Entry, error: Exception) -> Entry:
        what = f"The packet of {self._names[entry['person_id']]} failed"
        told = str(error) if isinstance(error, CsmkitError) else f"{what}: {_said(error)}"
        told = placeless(told.replace(self._shelf.where, "<pack>"))
        # What an earlier run left is not of this one, and may be plain in an encrypted pack.
        self._shelf.remove(entry["slug"])
        return {**entry, "status": "failed", "error": told, "files": {}}

    def _pages(self, plan: Plan, outcome: Outcome, entry: Entry) -> dict[str, bytes]:
        """The page and the notebook of a packet; of one that failed what ran is put beside."""
        who, slug = entry["person_id"], entry["slug"]
        try:
            rendered = read_packet(plan, outcome)
        except PacketError as error:
            left = {f"{slug}.failed.ipynb": nbformat.writes(error.notebook)}
            self._shelf.place(slug, who, self._scanned(left, plan, who), failed=True)
            raise
        texts = {f"{slug}.ipynb": nbformat.writes(rendered.notebook), f"{slug}.html": rendered.html}
        return self._scanned(texts, plan, who)

    def _pdf(
        self, plan: Plan, entry: Entry, printing: Future[bytes] | None
    ) -> tuple[dict[str, bytes], Entry]:
        """The PDF of a packet if one is wanted and can be made, and what its entry says of it."""
        if printing is None:
            return {}, {"paper": "", "pdf_error": ""}
        name = f"{entry['slug']}{PDF}"
        try:
            data = printing.result()
            self._look_through({name: data}, plan, entry["person_id"])
        except NoPaper as error:
            return {}, {"paper": "", "pdf_error": f"{plan.name}: {error}"}
        except DataError as error:
            return {}, {"paper": "", "pdf_error": str(error)}
        return {name: data}, {"paper": self._paper.paper, "pdf_error": ""}

    def _scanned(self, texts: Mapping[str, str], plan: Plan, who: str) -> dict[str, bytes]:
        """The files of a packet, after a scan of them where nobody looks."""
        files = {name: text.encode("utf-8") for name, text in texts.items()}
        self._look_through(files, plan, who)
        return files

    def _look_through(self, files: Mapping[str, bytes], plan: Plan, who: str) -> None:
        """Refuse files that hold what belongs to somebody else."""
        packet = self._scanner.packet(who)
        for name, data in files.items():
            if leaks := packet.leaks(name, data):
                what = "The PDF" if name.endswith(PDF) else "The packet"
                raise DataError(
                    f"{what} of {plan.name} was not written: it would show what belongs"
                    f" to somebody else ({', '.join(leaks[:3])}).",
                    "Look for that name in the template and in the export's free text, or rename"
                    " the account there.",
                )


_OF_FILES: Entry = {"seconds": None, "inputs": "", "files": {}, "paper": "", "pdf_error": ""}
"""What an entry says of files that are there, and what where there are none."""


def _sentence(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _known(amount: float) -> float | None:
    """An amount for the manifest; None where it is not known."""
    return None if pd.isna(amount) else round(float(amount), 2)
