"""The pack: one packet per person, an index and a manifest; one failure does not stop the rest."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode
from tqdm import tqdm

from csmkit.bias.context import failures, team_context
from csmkit.compute.results import account_results
from csmkit.cycle import Cycle
from csmkit.errors import CsmkitError, DataError, UsageError
from csmkit.matrix.matrix import Matrix
from csmkit.names import packet_slug
from csmkit.render.encrypted import ENDING, bare_manifest, unseal
from csmkit.render.index import pack_index
from csmkit.render.manifest import MANIFEST, earlier_entries, manifest_of, read_manifest
from csmkit.render.packet import PacketError, render_packet, template
from csmkit.render.recipients import (
    Recipients,
    make_recipients,
    passphrases_file,
    read_recipients,
)
from csmkit.render.shelf import Shelf
from csmkit.render.slices import EDITIONS, book_of
from csmkit.scan.scanner import Scanner
from csmkit.text import count_of

KIT_TEXTS = (
    ("compute", "metrics.toml"),
    ("compute", "notices.toml"),
    ("matrix", "competencies.yaml"),
    ("view", "columns.toml"),
    ("render/static", "packet.html.j2"),
)


@dataclass(frozen=True)
class Pack:
    """What `render_pack` wrote.

    Attributes
    ----------
    index : Path
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
    """

    index: Path
    manifest: dict[str, Any]
    failed: int
    failed_checks: tuple[str, ...] = ()
    passphrases: Path | None = None

    def __repr__(self) -> str:
        done = len(self.manifest["packets"]) - self.failed
        checks = "".join(f"\nA check of the team failed. {told}" for told in self.failed_checks)
        return f"{count_of(done, 'packet')} done, {self.failed} failed: {self.index}{checks}"


def render_pack(
    cycle: Cycle,
    *,
    out: str | Path,
    edition: str = "committee",
    only: str | Iterable[str] = (),
    jobs: int | None = None,
    notebook: str | Path | None = None,
    progress: bool = True,
    matrix: Matrix | None = None,
    private: bool = True,
    encrypt: bool = False,
    recipients: str | Path | None = None,
) -> Pack:
    """Render one packet per person with a packet's role, then the index and the manifest.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    out : str or Path
        The pack's folder; made if it is not there.
    edition : str
        ``committee`` or ``csm``.
    only : str or iterable of str
        Ids or mails; everybody if empty. The others' packets of an earlier run stay.
    jobs : int, optional
        Packets at a time; as many as the machine has processors, at most 4, if not given.
    notebook : str or Path, optional
        Another template.
    progress : bool
        Whether to show a progress bar.
    matrix : Matrix, optional
        What the team is scored by, from `csmkit.read_matrix`; the kit's own if not given.
    private : bool
        Whether only the owner may open what is written.
    encrypt : bool
        Whether each packet is an archive that opens with a passphrase of its own; needs the extra
        ``encrypt``.
    recipients : str or Path, optional
        A file of passphrases; it encrypts. If not given, they are made and kept beside the pack.

    Returns
    -------
    Pack
        Where the index is, and what became of each packet.

    Raises
    ------
    UsageError
        If the edition, a person of ``only`` or the template is not there, the folder holds a pack
        of the other edition, or the passphrases will not do.
    DataError
        If nobody has a role that gets a packet.
    """
    if edition not in EDITIONS:
        raise UsageError(
            f"There is no edition {edition!r}.", f"The editions are: {', '.join(EDITIONS)}."
        )
    people = _chosen(cycle, only)
    plan = template(Path(notebook) if notebook else None)
    out = Path(out)
    anew = len(people) == len(cycle.subjects)
    sealed = encrypt or recipients is not None
    earlier = earlier_entries(out, cycle, edition, all_anew=anew, encrypted=sealed)
    known = _recipients(cycle, people, out, edition, recipients) if sealed else None
    with Shelf(out, private=private, recipients=known) as shelf:
        maker = _Maker(cycle, plan, shelf, edition, matrix)
        entries: dict[str, dict[str, Any]] = {e["person_id"]: e for e in earlier}
        jobs = jobs or min(4, os.cpu_count() or 1)
        with closing(maker.all(people["person_id"], jobs=jobs)) as made:
            for entry in tqdm(
                made, total=len(people), desc="packets", unit="packet", disable=not progress
            ):
                entries[entry["person_id"]] = entry
        manifest = manifest_of(
            cycle,
            edition,
            [entries[p] for p in cycle.subjects["person_id"] if p in entries],
            left_out=maker.scanner.left_out,
            failed_checks=maker.failed_checks,
        )
        shelf.keep_only({entry["slug"] for entry in manifest["packets"]})
        shown = bare_manifest(manifest) if sealed else manifest
        shelf.write(MANIFEST, json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
        page = pack_index(cycle, manifest, ending=shelf.ending, bare=sealed)
        index = shelf.write("index.html", page)
    failed = sum(entry["status"] != "done" for entry in manifest["packets"])
    return Pack(index, manifest, failed, maker.failed_checks, known.file if known else None)


def _recipients(
    cycle: Cycle, people: pd.DataFrame, out: Path, edition: str, given: str | Path | None
) -> Recipients:
    ids = [str(who) for who in people["person_id"]]
    if given is None:
        return make_recipients(ids, out=out)
    return read_recipients(given, cycle, people=ids, out=out, one_each=edition == "csm")


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


class _Maker:
    """Makes one packet after the other; shared by the threads of a pack, changes nothing."""

    def __init__(
        self,
        cycle: Cycle,
        plan: NotebookNode,
        shelf: Shelf,
        edition: str,
        matrix: Matrix | None,
    ) -> None:
        self.cycle, self.plan, self.shelf, self.edition = cycle, plan, shelf, edition
        self.context = team_context(cycle, matrix)
        self.failed_checks = tuple(failures(cycle, matrix))
        words = own_text(plan) + (matrix.text if matrix else "")
        self.scanner = Scanner(cycle, ordinary=words)
        money = account_results(cycle).groupby("person_id")[["calendar_opening", "closing"]]
        sums = money.sum(min_count=1)
        self.sums = sums.reindex(cycle.subjects["person_id"], fill_value=0.0)
        self.names = cycle.subjects.set_index("person_id")["name"]

    def all(self, people: Iterable[str], *, jobs: int) -> Generator[dict[str, Any], None, None]:
        """A packet for each person, some at a time; what became of each, as it is done."""
        with tempfile.TemporaryDirectory(prefix="csmkit-") as work, _workers(jobs) as pool:
            waiting = [pool.submit(self.make, who, Path(work)) for who in people]
            for done in as_completed(waiting):
                yield done.result()

    def make(self, who: str, work: Path) -> dict[str, Any]:
        """One packet, whole or not at all; what became of it."""
        slug = packet_slug(self.names[who], who)
        entry: dict[str, Any] = {
            "person_id": who,
            "slug": slug,
            "status": "done",
            "seconds": None,
            "error": "",
            "opening_arr": _known(self.sums["calendar_opening"][who]),
            "closing_arr": _known(self.sums["closing"][who]),
        }
        folder = work / slug
        try:
            folder.mkdir()
            self._render(who, slug, folder, entry)
        except PacketError as error:
            entry |= {"status": "failed", "error": error.what}
        except Exception as error:  # one packet's fault, whatever it is, never stops the others
            what = f"The packet of {self.names[who]} failed: {type(error).__name__}: {error}"
            told = str(error) if isinstance(error, CsmkitError) else what
            entry |= {"status": "failed", "error": told}
            # What an earlier run left is not of this one, and may be plain in an encrypted pack.
            self.shelf.remove(slug)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return entry

    def _render(self, who: str, slug: str, folder: Path, entry: dict[str, Any]) -> None:
        book = book_of(self.cycle, who, edition=self.edition, context=self.context)
        try:
            with _own_event_loop():
                rendered = render_packet(book, self.plan, folder=folder)
        except PacketError as error:
            left = {f"{slug}.failed.ipynb": nbformat.writes(error.notebook)}
            self.shelf.place(slug, who, self._scanned(left, folder, who), failed=True)
            raise
        entry["seconds"] = round(rendered.seconds, 2)
        texts = {f"{slug}.ipynb": nbformat.writes(rendered.notebook), f"{slug}.html": rendered.html}
        self.shelf.place(slug, who, self._scanned(texts, folder, who))

    def _scanned(self, texts: dict[str, str], folder: Path, who: str) -> dict[str, bytes]:
        """The files of a packet, after a scan of them where nobody looks."""
        files = {name: text.encode("utf-8") for name, text in texts.items()}
        for name, data in files.items():
            path = folder / name
            path.write_bytes(data)
            if leaks := self.scanner.scan(path, who):
                raise DataError(
                    f"The packet of {self.names[who]} was not written: it would show what belongs"
                    f" to somebody else ({', '.join(leaks[:3])}).",
                    "Look for that name in the export's free text, or rename the account there.",
                )
        return files


def _known(amount: float) -> float | None:
    """An amount for the manifest; None where it is not known."""
    return None if pd.isna(amount) else round(float(amount), 2)


@contextmanager
def _workers(jobs: int) -> Iterator[ThreadPoolExecutor]:
    """A pool that, stopped at whatever moment, begins nothing more and ends what it began."""
    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _own_event_loop() -> Iterator[None]:
    """An event loop for this thread that is closed in the end; Jupyter's client leaves its own."""
    loop = ensure_event_loop()
    try:
        yield
    finally:
        loop.close()


def own_text(plan: NotebookNode) -> str:
    """The words a packet has of the kit: the template's, and those of labels and sentences."""
    said = [cell.source for cell in plan.cells if cell.cell_type == "markdown"]
    root = files("csmkit")
    for folder, name in KIT_TEXTS:
        said.append((root / folder / name).read_text(encoding="utf-8"))
    said += [f"{pd.Timestamp(2026, month, 1):%B %b}" for month in range(1, 13)]
    return "\n".join(said)


def scan_pack(
    cycle: Cycle, folder: str | Path, *, recipients: str | Path | None = None
) -> dict[str, list[str]]:
    """Look through a finished pack for what belongs to somebody else.

    Parameters
    ----------
    cycle : Cycle
        The team the pack was made from.
    folder : str or Path
        The pack's folder.
    recipients : str or Path, optional
        The passphrases of an encrypted pack; those kept beside it if not given.

    Returns
    -------
    dict of str to list of str
        Per file with a leak, what was found; empty when the pack is clean.

    Raises
    ------
    UsageError, UnreadableInput
        If an archive of the pack does not open.
    """
    folder = Path(folder)
    scanner = Scanner(cycle, ordinary=own_text(template()))
    manifest = read_manifest(folder)
    owner = {entry["slug"]: entry["person_id"] for entry in manifest["packets"]}
    known = None
    if manifest.get("encrypted"):
        file = recipients or passphrases_file(folder)
        known = read_recipients(file, cycle, people=owner.values(), out=folder, one_each=False)
    found = {}
    for path in sorted((folder / "packets").iterdir()):
        slug = path.name.split(".")[0]
        if slug not in owner:
            found[path.name] = ["a file that is in no manifest: whose it is cannot be told"]
        elif leaks := _leaks(scanner, path, owner[slug], known):
            found[path.name] = leaks
    return found


def _leaks(scanner: Scanner, path: Path, who: str, known: Recipients | None) -> list[str]:
    if known is None or path.suffix != ENDING:
        return scanner.scan(path, who)
    leaks: dict[str, None] = {}
    with tempfile.TemporaryDirectory(prefix="csmkit-") as work:
        for name, data in unseal(path, known.passphrase(who)).items():
            opened = Path(work) / name
            opened.write_bytes(data)
            leaks |= dict.fromkeys(scanner.scan(opened, who))
    return list(leaks)
