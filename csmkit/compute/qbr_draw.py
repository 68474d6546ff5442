"""A spot-check of business reviews: some of a person's drawn by lot, so that all may be drawn."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from csmkit.compute.accounts import with_account_names
from csmkit.compute.part import part_of
from csmkit.compute.practice import DECK, QBR_TYPES, touches
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.memo import per_cycle
from csmkit.text import count_of

MOST_SEED = 2**32 - 1
COLUMNS = ("position", "person_id", "account_id", "account", "date", "type", *DECK)
_MOST = 50
_SHORT = 1_000_000
_SAME = ["account_id", "date", "type"]


def qbr_draw(cycle: Cycle, *, csm: str, seed: int, number: int = 3) -> pd.DataFrame:
    """Draw some of a person's business reviews of the period, each with the same chance.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or the person's book.
    csm : str
        An id, a mail, or a name that one person has.
    seed : int
        The same person, reviews and seed give the same draw on any machine, in whatever order the
        rows come, and whoever else is in the export.
    number : int
        How many to draw; where there are no more, all are there, by day.

    Returns
    -------
    DataFrame
        position (from 1, as drawn), person_id, account_id, account, date, type (qbr or ebr),
        deck_retrospective, deck_action_plan, deck_expansion, deck_usage (what the export says of
        the deck; blank where nobody filled it in, or where two rows of one review say different
        things). ``attrs`` has seed, number, of (how many there are) and said (a sentence).

    Raises
    ------
    UsageError
        If there is no such person, or seed or number is no whole number of its range.

    Examples
    --------
    >>> import csmkit as ck
    >>> drawn = qbr_draw(ck.sample_team(), csm="Noah Fischer", seed=4711)
    >>> drawn.attrs["said"]
    '3 of 4 business reviews drawn at random with seed 4711'
    """
    _whole("number", number, 1, _MOST)
    _whole("seed", seed, 0, MOST_SEED)
    who = str(cycle.person(csm)["person_id"])
    cycle = part_of(cycle, who)
    found = _reviews(cycle, who)
    # Where all are taken there is no lot, and they stand by day.
    drawn = found.take(_lots(seed, who, len(found))[:number]) if len(found) > number else found
    drawn = with_account_names(cycle, drawn)
    drawn = drawn.assign(position=range(1, len(drawn) + 1), person_id=who)
    drawn = drawn.astype({"position": "int64", "person_id": "str"})[list(COLUMNS)]
    kind = "drawn" if len(found) > number else "all" if len(found) == number else "fewer"
    if found.empty:
        kind = "needs" if cycle.missing("touchpoints") else "none"
    said = _texts()["says"][kind].format(
        drawn=f"{len(drawn):,}",
        of=count_of(len(found), "business review"),
        seed=seed,
        number=number,
    )
    drawn.attrs = {"seed": seed, "number": number, "of": len(found), "said": said}
    return drawn


def new_seed() -> int:
    """A seed by chance, short enough to be read aloud."""
    return secrets.randbelow(_SHORT)


@per_cycle
def _reviews(cycle: Cycle, who: str) -> pd.DataFrame:
    """Every business review of a person once, in an order that the export's has no part in."""
    seen = touches(cycle)
    seen = seen[seen["person_id"].eq(who) & seen["type"].isin(QBR_TYPES)]
    # What two rows of one review say differently is not known.
    deck = seen.groupby(_SAME, as_index=False)[list(DECK)].agg(["min", "max"])
    told = {name: deck[name, "min"].where(deck[name, "min"] == deck[name, "max"]) for name in DECK}
    keys = pd.DataFrame({name: deck[name] for name in _SAME})
    found = keys.assign(**{name: told[name].astype("boolean") for name in DECK})
    return found.sort_values(["date", "account_id", "type"], ignore_index=True)


def _lots(seed: int, who: str, count: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Places in an order drawn by lot, of a stream that is this person's alone."""
    own = np.frombuffer(sha256(who.encode()).digest(), dtype="<u4")
    # The stream of a bit generator is the same in every release of numpy; what generators make of
    # it (`shuffle`, `choice`) may change.
    stream = np.random.PCG64(np.random.SeedSequence([seed, *(int(word) for word in own)]))
    return np.argsort(stream.random_raw(count), kind="stable")


def _whole(name: str, value: Any, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        texts = _texts()["refused"]
        raise UsageError(
            texts[name].format(value=value), texts[f"{name}_remedy"].format(most=MOST_SEED)
        )


@cache
def _texts() -> Mapping[str, Any]:
    text = Path(__file__).with_name("qbr_draw.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))
