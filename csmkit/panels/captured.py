"""A captured note as an item of evidence of its author, private until they hand it in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.names import nearest
from csmkit.panels.on_file import OnFile
from csmkit.schema import EVIDENCE_KINDS
from csmkit.store.model import one_of
from csmkit.text import clean

if TYPE_CHECKING:
    from csmkit.store.store import Store
    from csmkit.words.capture import Captured

_MOST_NAMED = 4
EARLIEST = pd.Timestamp("1990-01-01")
"""No moment is older: a day before it is one that is half typed, or a slip of the pen."""


class AccountUnsure(UsageError):
    """Which account a note is about is open: it names several, or one that is not there."""


def keep_capture(
    store: Store,
    cycle: Cycle,
    captured: Captured,
    *,
    by: str,
    account: str | None = None,
    competencies: Iterable[str] | None = None,
    kind: str | None = None,
    date: Any = None,
    private: bool = True,
    source: str = "",
    evidence_id: str = "",
) -> tuple[str, bool]:
    """Store a note as an item of evidence of its author; the same twice is one item.

    What is given replaces what was read from the note.

    Parameters
    ----------
    store : Store
        From `open_store`.
    cycle : Cycle
        The team, or the author's `Book`.
    captured : Captured
        From `csmkit.words.capture.capture`.
    by : str
        The author, whose item it is: an id, a mail or a name.
    account : str, optional
        Id or name of the account; blank for none. If not given, the one the note is sure about.
    competencies : iterable of str, optional
        Ids of what it shows; empty for none.
    kind : str, optional
        One of `csmkit.schema.EVIDENCE_KINDS`, or blank.
    date : date or str, optional
        Its day.
    private : bool, default True
        Whether it stays its author's alone until they hand it in.
    source : str, optional
        Where it came from: ``capture``, ``voice note``, ``journal.md line 12``.
    evidence_id : str, optional
        The item's id, a new one if not given; the same id twice is one item.

    Returns
    -------
    evidence_id : str
        The item's id; of one that is on file already, its id there.
    new : bool
        Whether it was stored now.

    Raises
    ------
    UsageError
        If the author, account or kind is unknown, the day is none, or the note leaves open which
        account it is and nobody said so.
    StoreError
        If the store does not take it.

    Examples
    --------
    >>> note = capture("Saved Acme", cycle=cycle, author="ana@example.com")  # doctest: +SKIP
    >>> keep_capture(store, cycle, note, by="ana@example.com")  # doctest: +SKIP
    ('e-3f2a91c07d55', True)
    """
    who = str(cycle.person(by)["person_id"])
    about = account_of_note(cycle, captured, account)
    on = captured.date if date is None else given_day(date)
    sort = one_of("kind", captured.kind if kind is None else kind, ("", *EVIDENCE_KINDS))
    shows = tuple(captured.competencies) if competencies is None else tuple(competencies)
    file = OnFile.of(store, cycle, who)
    known = file.exact(captured, about, on=on, evidence_id=evidence_id)
    if known:
        return known, False
    stored = store.add_evidence(
        cycle,
        person=who,
        date=on.date().isoformat(),
        text=captured.text,
        who=who,
        competencies=shows,
        account=about,
        kind=sort,
        source=source,
        evidence_id=evidence_id,
        private=private,
        amount=captured.amount,
        before=captured.before,
        after=captured.after,
    )
    return stored, True


def account_of_note(cycle: Cycle, captured: Captured, account: str | None = None) -> str:
    """The id of the account a note is kept with: the one given, else the one it is sure about.

    Raises
    ------
    AccountUnsure
        If no account has that id or name, several have, or the note leaves open which it is and
        none is given.
    """
    if account is not None:
        return account_id_of(cycle, account) if account.strip() else ""
    if captured.account is not None:
        return captured.account.account_id
    if captured.accounts:
        names = [f"{clean(n.name)} ({clean(n.account_id)})" for n in captured.accounts]
        raise AccountUnsure(
            f"The note may be about {' or '.join(names[:_MOST_NAMED])}, and nothing was stored.",
            "Say which account it is, or that it is none.",
        )
    return ""


def account_id_of(cycle: Cycle, text: str) -> str:
    """The id of the account with an id or name; case does not matter.

    Raises
    ------
    AccountUnsure
        If none has it, and names those whose spelling is nearest; or if several have the name.
    """
    table, wanted = cycle.table("accounts"), text.strip()
    for column in ("account_id", "name"):
        texts = table[column].astype("str")
        hit = table[texts.eq(wanted)]
        hit = table[texts.str.lower().eq(wanted.lower())] if hit.empty else hit
        if len(hit) > 1:
            ids = ", ".join(clean(one) for one in hit["account_id"][:_MOST_NAMED])
            raise AccountUnsure(
                f"{len(hit)} accounts have the {column.removeprefix('account_')} {text!r}.",
                f"Use an id: {ids}.",
            )
        if len(hit):
            return str(hit["account_id"].iloc[0])
    near = nearest(wanted, [*table["name"].dropna().astype("str")])
    raise AccountUnsure(
        f"No account in this export has the id or name {text!r}.",
        f"Did you mean: {', '.join(map(clean, near))}?" if near else "Give one that it has.",
    )


def given_day(date: Any) -> pd.Timestamp:
    """The day that somebody gives for a moment.

    Raises
    ------
    UsageError
        If it is none, or is before `EARLIEST`.
    """
    write = "Write it as YYYY-MM-DD, for example 2026-03-02."
    try:
        on = Period.of(date, date).start
    except UsageError:
        raise UsageError(f"The day of the moment is {date!r}, which is not a day.", write) from None
    if on < EARLIEST:
        raise UsageError(
            f"The day of the moment is {on.date()}, which is before {EARLIEST.year}.", write
        )
    return on
