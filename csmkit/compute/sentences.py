"""The kit's sentences and how it writes figures in them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from csmkit import text


@cache
def notices() -> dict[str, str]:
    """The kit's sentences by name, from `notices.toml`."""
    return tomllib.loads(Path(__file__).with_name("notices.toml").read_text(encoding="utf-8"))


def money(value: float, currency: str = "") -> str:
    """An amount for sentences: ``€1,250,000``, or without a sign."""
    return text.money(value, currency=currency)


def percent(value: float) -> str:
    """A fraction as a percentage for sentences: 0.153 gives ``15.3 %``."""
    return text.by_unit(value, "share")


def count_of(number: float, noun: str) -> str:
    """A count with its noun: ``1 account``, ``2 accounts``."""
    return text.count_of(number, noun)
