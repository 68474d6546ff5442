"""A person's corrections, comments and appeal, as they travel with their own packet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.panels.log_panel import LogPanel, Rows, form_state, said_text, text_field
from csmkit.panels.scoring_state import somebody
from csmkit.panels.texts import texts
from csmkit.store.voice import COMMENTS
from csmkit.text import clean, day

if TYPE_CHECKING:
    from csmkit.store.store import Store

ABOUT_MOST = 200


def voice_panel(
    cycle: Cycle, *, store: Store, csm: str, outcome_known: bool | None = None
) -> LogPanel:
    """Correct a fact, comment on a figure, or, after the outcome, appeal.

    Parameters
    ----------
    cycle : Cycle
        The team, or the person's `Book`.
    store : Store
        From `open_store`; in a self-assessment the person's own.
    csm : str
        Who speaks, of their own packet: an id or a mail.
    outcome_known : bool, optional
        Whether an appeal can be written. If not given, once the phase ``final`` is closed in the
        store.

    Returns
    -------
    LogPanel
        A widget for JupyterLab.

    Raises
    ------
    UsageError
        If nobody has that id or mail.
    StoreError
        If the store cannot be read.

    Examples
    --------
    >>> ck.voice_panel(book, store=store, csm="ana@example.com")  # doctest: +SKIP
    """
    person, said = somebody(cycle, csm, what="csm"), texts("voice")
    who = str(person["person_id"])
    kinds = [k for k in COMMENTS if k != "appeal" or _may_appeal(store, cycle, outcome_known)]
    fields = [
        {
            "name": "kind",
            "label": said["kind"],
            "kind": "choice",
            "options": [[k, said[k]] for k in kinds],
        },
        {
            "name": "about",
            "label": said["about"],
            "kind": "line",
            "options": [[s, s] for s in said["sections"]],
            "most": ABOUT_MOST,
            "help": said["about_help"],
        },
        text_field(said),
    ]
    name, session = clean(person["name"]), ("voice", who)
    shown = form_state(said, cycle, where=store.where, about=name, session=session, fields=fields)

    def add(values: Mapping[str, str]) -> None:
        kind, about, text = (values.get(name, "") for name in ("kind", "about", "text"))
        add_comment(
            store, cycle, who=who, kind=kind, about=about, text=text, outcome_known=outcome_known
        )

    return LogPanel(shown, rows=lambda: _rows(store, cycle, who), add=add)


def add_comment(
    store: Store,
    cycle: Cycle,
    *,
    who: str,
    kind: str,
    about: str,
    text: str,
    outcome_known: bool | None = None,
) -> bool:
    """Store what a person says of their own packet; the same twice is one.

    Returns
    -------
    bool
        Whether it is new.

    Raises
    ------
    UsageError
        If it has no text, is of no kind, or is an appeal before the outcome.
    StoreError
        If the store does not take it.
    """
    told, where = said_text(text, what="comment"), about.strip()
    if len(where) > ABOUT_MOST:
        raise UsageError(
            f"What it is about has {len(where):,} characters; {ABOUT_MOST} can be kept.",
            "Name a section or a figure here, and say the rest below.",
        )
    if kind == "appeal" and not _may_appeal(store, cycle, outcome_known):
        raise UsageError(texts("voice")["early"], texts("voice")["early_remedy"])
    held = store.comments(cycle, who)
    if (held["kind"].eq(kind) & held["about"].eq(where) & held["text"].eq(told)).any():
        return False
    store.add_comment(cycle, person=who, kind=kind, about=where, text=told, who=who)
    return True


def _may_appeal(store: Store, cycle: Cycle, outcome_known: bool | None) -> bool:
    if outcome_known is not None:
        return outcome_known
    return bool(store.phases(cycle).set_index("phase")["state"]["final"] == "closed")


def _rows(store: Store, cycle: Cycle, who: str) -> Rows:
    held = store.comments(cycle, who).iloc[::-1]
    return [
        {
            "head": " · ".join(p for p in (day(row["at"]), clean(row["about"])) if p),
            "text": clean(row["text"]),
            "tag": row["kind"],
        }
        for row in held.to_dict("records")
    ]
