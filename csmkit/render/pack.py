"""The pack: one packet per person, an index and a manifest; one failure does not stop the rest."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import DataError, UsageError
from csmkit.matrix.matrix import Matrix
from csmkit.places import located
from csmkit.render.encrypted import bare_manifest
from csmkit.render.html import shared_assets
from csmkit.render.index import pack_index
from csmkit.render.maker import Entry, Maker
from csmkit.render.manifest import MANIFEST, earlier_entries, manifest_of, read_manifest
from csmkit.render.on_paper import check_paper
from csmkit.render.packet import template
from csmkit.render.progress import progress_of
from csmkit.render.recipients import Recipients, make_recipients, read_recipients
from csmkit.render.runs import Runs
from csmkit.render.shelf import Shelf
from csmkit.render.slices import EDITIONS
from csmkit.runner.runner import Runner
from csmkit.text import count_of
from csmkit.view.runtime import begin_runtime

CELL_SECONDS = 600.0
"""How long a cell of a packet may take, if nothing else is said."""
ASSETS = "assets"
_BETWEEN_SAVES = 2.0


@dataclass(frozen=True)
class Pack:
    """What `render_pack` left.

    Attributes
    ----------
    index : str or Path
        The page that lists the packets.
    manifest : dict
        What ``manifest.json`` holds: inputs, map, period, attribution, edition, version, totals,
        scan, failed_checks, packets.
    failed : int
        How many packets failed.
    failed_checks : tuple of str
        Checks of the team that stopped on an error of the kit. Packets say so, and are done.
    passphrases : Path, optional
        Where the passphrases of an encrypted pack stand.
    kept : int
        How many were not made again, because nothing they are made from has changed.
    without_pdf : int
        How many packets that are done lack the PDF that was asked for.
    """

    index: str | Path
    manifest: dict[str, Any]
    failed: int
    failed_checks: tuple[str, ...] = ()
    passphrases: Path | None = None
    kept: int = 0
    without_pdf: int = 0

    def __repr__(self) -> str:
        done = sum(entry["status"] == "done" for entry in self.manifest["packets"])
        checks = "".join(f"\nA check of the team failed. {told}" for told in self.failed_checks)
        kept = f" ({self.kept} unchanged)" if self.kept else ""
        pdfs = f", {self.without_pdf} without a PDF" if self.without_pdf else ""
        counts = f"{count_of(done, 'packet')} done{kept}, {self.failed} failed{pdfs}"
        return f"{counts}: {self.index}{checks}"


def render_pack(
    cycle: Cycle,
    *,
    out: str | Path,
    edition: str = "committee",
    only: str | Iterable[str] = (),
    jobs: int | None = None,
    notebook: str | Path | None = None,
    progress: bool | str = True,
    matrix: Matrix | None = None,
    private: bool = True,
    encrypt: bool = False,
    recipients: str | Path | None = None,
    shared: bool = False,
    force: bool = False,
    runs: Runs | None = None,
    pdf: bool = False,
    paper: str = "a4",
) -> Pack:
    """Render one packet per person with a packet's role, then the index and the manifest.

    A packet that an earlier run left in ``out`` is kept if nothing it is made from has changed: its
    slice, the template, the matrix, the scores, the kit. The manifest is kept up to date while
    packets are made, so that a run that was stopped goes on where it was.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    out : str or Path
        The pack's folder, made if it is not there; or a URL such as ``s3://bucket/pack``.
    edition : str
        ``committee`` or ``csm``.
    only : str or iterable of str
        Ids or mails; everybody if empty. The others' packets of an earlier run stay.
    jobs : int, optional
        Packets at a time; as many as the machine has processors, at most 4, if not given.
    notebook : str or Path, optional
        Another template.
    progress : bool or str
        How to tell how far it is, see `csmkit.render.progress.progress_of`.
    matrix : Matrix, optional
        What the team is scored by, from `csmkit.read_matrix`; the kit's own if not given.
    private : bool
        Whether only the owner may open what is written to a folder.
    encrypt : bool
        Whether each packet is an archive that opens with a passphrase of its own; needs the extra
        ``encrypt``.
    recipients : str or Path, optional
        A file of passphrases; it encrypts. If not given, they are made and kept beside the pack.
    shared : bool
        Whether pages find the script that draws charts beside the pack, instead of each having it:
        a fifth of the room or less, and a page must stay where it is.
    force : bool
        Whether to make also those packets again that nothing has changed for.
    runs : Runner or Cluster, optional
        What runs the packets, with limits and ``jobs`` of its own; it stays open, and the next
        pack starts faster. If not given, a `csmkit.runner.runner.Runner` in which a cell may take
        `CELL_SECONDS`.
    pdf : bool
        Whether each packet also has two to four pages for paper, ``<slug>.pdf`` beside its page or
        in its archive. A packet that is kept gets what it lacks; without it PDFs of an earlier run
        go. One that cannot be made is said in the manifest and on the index, and the packet stays.
    paper : str
        ``a4`` or ``us-letter``.

    Returns
    -------
    Pack
        Where the index is, and what became of each packet.

    Raises
    ------
    UsageError
        If the edition, a person of ``only``, the template or the paper is not there, the folder
        holds a pack of the other edition, or the passphrases will not do.
    DataError
        If nobody has a role that gets a packet.
    """
    if edition not in EDITIONS:
        raise UsageError(
            f"There is no edition {edition!r}.", f"The editions are: {', '.join(EDITIONS)}."
        )
    if pdf:
        check_paper(paper)
    told = progress_of(progress)
    people = _chosen(cycle, only)
    plan = template(Path(notebook) if notebook else None)
    anew = len(people) == len(cycle.subjects)
    sealed = encrypt or recipients is not None
    refuse_together(encrypted=sealed, shared=shared)
    held = read_manifest(out)
    earlier = earlier_entries(out, cycle, edition, all_anew=anew, encrypted=sealed, manifest=held)
    before = {entry["person_id"]: entry for entry in held.get("packets", ())}
    known = _recipients(cycle, people, out, edition, recipients) if sealed else None
    with ExitStack() as stack:
        shelf = stack.enter_context(Shelf(out, private=private, recipients=known))
        page = _with_assets(shelf) if shared else {}
        if runs is None:
            runs = stack.enter_context(Runner(jobs or at_once(), cell_seconds=CELL_SECONDS))
        if force or not before:
            runs.begin()
            # It takes 90 MB while it is made, and is done before packets run.
            begin_runtime()
        how: dict[str, Any] = {"force": force, "page": page, "paper": paper if pdf else ""}
        maker = Maker(cycle, plan, shelf, edition, matrix, before=before, **how)
        stack.enter_context(told)
        told.planned(len(people), order=list(cycle.subjects["person_id"]))
        record = _Record(cycle, maker, shelf, edition, shared=shared)
        waiting = [maker.waiting(who) for who in people["person_id"]]
        with record.of([*earlier, *waiting]):

            def done(entry: Entry) -> None:
                record.add(entry)
                told.ended(entry, kept=entry["person_id"] in maker.kept)

            maker.make(people["person_id"], runs, done)
    failed = sum(entry["status"] == "failed" for entry in record.manifest["packets"])
    without = sum(bool(entry.get("pdf_error")) for entry in record.manifest["packets"])
    return Pack(
        index=record.index,
        manifest=record.manifest,
        failed=failed,
        failed_checks=maker.failed_checks,
        passphrases=known.file if known else None,
        kept=len(maker.kept),
        without_pdf=without,
    )


def refuse_together(*, encrypted: bool, shared: bool) -> None:
    """Refuse what no pack can be.

    Raises
    ------
    UsageError
        If pages are to be encrypted, each by itself, and to need a file beside them.
    """
    if encrypted and shared:
        raise UsageError(
            "Pages of encrypted packets need all they show within them.",
            "Leave --shared-assets out, or --encrypt and --recipients.",
        )


def _with_assets(shelf: Shelf) -> dict[str, str]:
    """Put what pages share beside the packets; what each page is told of it."""
    for name, data in shared_assets().items():
        shelf.write(f"{ASSETS}/{name}", data)
    return {"assets": f"../{ASSETS}"}


def at_once() -> int:
    """Packets at a time, if nothing else is said."""
    return min(4, os.cpu_count() or 1)


class _Record:
    """Keeps the manifest true while packets are made, and writes the index at the end.

    Parameters
    ----------
    cycle : Cycle
        The team.
    maker : Maker
        What makes the packets.
    shelf : Shelf
        Where they go.
    edition : str
        The pack's.
    shared : bool
        Whether pages made now need what is beside the packets.
    """

    def __init__(
        self, cycle: Cycle, maker: Maker, shelf: Shelf, edition: str, *, shared: bool = False
    ) -> None:
        self._cycle, self._shelf, self._shared = cycle, shelf, shared
        self._order = list(cycle.subjects["person_id"])
        self._facts = manifest_of(
            cycle, edition, [], left_out=maker.left_out, failed_checks=maker.failed_checks
        )
        self._entries: dict[str, Entry] = {}
        self._saved = time.monotonic()
        self.index: str | Path = ""

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest as it is now, people in the team's order."""
        there = [self._entries[who] for who in self._order if who in self._entries]
        return {**self._facts, "packets": there}

    @contextmanager
    def of(self, entries: Iterable[Entry]) -> Iterator[None]:
        """Begin with what is there; however it ends, manifest and index say what holds."""
        self._entries = {entry["person_id"]: entry for entry in entries}
        if self._shelf.recipients:
            self._shelf.remove_plain()
        self._save()
        try:
            yield
        finally:
            self._shelf.keep_only({entry["slug"] for entry in self._entries.values()})
            self._shelf.remove_unneeded(ASSETS, but=shared_assets() if self._shared else ())
            self._save()
            sealed = self._shelf.recipients is not None
            page = pack_index(self._cycle, self.manifest, ending=self._shelf.ending, bare=sealed)
            self.index = self._shelf.write("index.html", page.encode())

    def add(self, entry: Entry) -> None:
        """What became of one more packet."""
        self._entries[entry["person_id"]] = entry
        if time.monotonic() - self._saved > _BETWEEN_SAVES:
            self._save()

    def _save(self) -> None:
        manifest = self.manifest
        shown = bare_manifest(manifest) if self._shelf.recipients else manifest
        self._shelf.write(
            MANIFEST, (json.dumps(shown, ensure_ascii=False, indent=2) + "\n").encode()
        )
        self._saved = time.monotonic()


def _recipients(
    cycle: Cycle, people: pd.DataFrame, out: str | Path, edition: str, given: str | Path | None
) -> Recipients:
    ids = [str(who) for who in people["person_id"]]
    where = located(out)
    if given is None:
        return make_recipients(ids, out=where)
    return read_recipients(given, cycle, people=ids, out=where, one_each=edition == "csm")


def _chosen(cycle: Cycle, only: str | Iterable[str]) -> pd.DataFrame:
    people = cycle.subjects
    if people.empty:
        raise DataError(
            "Nobody in this export has a role that gets a packet (csm, onboarding, cs_ops).",
            "Give people a role in the map, or an owner to each account.",
        )
    wanted = [only] if isinstance(only, str) else list(only)
    if not wanted:
        return people
    ids = [cycle.person(who)["person_id"] for who in wanted]
    without = [who for who in ids if who not in set(people["person_id"])]
    if without:
        raise UsageError(
            f"{without[0]!r} is a manager, and managers get no packet.",
            "Name somebody with the role csm, onboarding or cs_ops.",
        )
    return people[people["person_id"].isin(ids)]
