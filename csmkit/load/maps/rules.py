"""Reads how columns are written: the rules beside a column, and those at a map's top."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from csmkit.load.maps.mapping import nearest
from csmkit.load.values.currency_codes import CODES
from csmkit.load.values.rules import ANY, DATE_ORDERS, MONEY_IS, Rules
from csmkit.schema import Column, Kind

RULE_KEYS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "date": ("date_order", "inclusive", "timezone"),
        "money": ("is", "times", "currency", "decimal"),
        "number": ("times", "decimal"),
        "rate": ("percent", "decimal"),
        "score": ("scale", "high_is", "decimal"),
    }
)
"""What may be said beside a column, by its kind."""
_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "date_order": DATE_ORDERS,
        "high_is": ("good", "bad"),
        "decimal": (",", "."),
        "is": MONEY_IS,
    }
)


def read_defaults(tree: Mapping[str, Any], faults: list[str]) -> Rules:
    """The rules that a map's top gives to every column; what is wrong is added to ``faults``."""
    reader = _Rules(tree, "the map", faults)
    base = reader.currency(tree.get("currency", ""))
    return Rules(
        date_order=reader.choice("date_order"),
        timezone=reader.timezone(),
        base=base,
        rates=reader.rates(base),
    )


def read_rules(
    tree: Mapping[str, Any], column: Column, where: str, defaults: Rules, faults: list[str]
) -> Rules:
    """The rules of one column.

    Parameters
    ----------
    tree : mapping
        What the map says beside the column.
    column : Column
        The canonical column.
    where : str
        How a fault names the column.
    defaults : Rules
        What `read_defaults` gave.
    faults : list of str
        What is wrong is added.
    """
    reader = _Rules(tree, where, faults)
    percent = None if "percent" not in tree else reader.positive("percent")
    currency = tree.get("currency", "")
    beside = ""
    if isinstance(currency, dict):
        beside, currency = reader.beside(currency), ""
    rules = replace(
        defaults,
        date_order=reader.choice("date_order") or defaults.date_order,
        times=reader.positive("times"),
        percent=percent,
        scale=reader.scale(),
        high_is_good=reader.choice("high_is") != "bad",
        values=reader.values(column),
        inclusive=reader.inclusive(),
        decimal=reader.choice("decimal"),
        timezone=reader.timezone() or defaults.timezone,
        money_is=reader.choice("is"),
        currency=reader.currency(currency),
        currency_column=beside,
    )
    if rules.money_is == "mrr" and "times" in tree:
        reader.fault("is = 'mrr' multiplies by 12 already; take times out.")
    return rules


class _Rules:
    """What stands beside one column, or at the map's top."""

    def __init__(self, tree: Mapping[str, Any], where: str, faults: list[str]) -> None:
        self.tree, self.where, self.faults = tree, where, faults

    def fault(self, text: str) -> None:
        self.faults.append(f"{self.where}: {text}")

    def choice(self, key: str) -> Any:
        given = self.tree.get(key)
        if given is not None and given not in _CHOICES[key]:
            self.fault(f"{key} is {given!r}. Allowed: {', '.join(map(str, _CHOICES[key]))}.")
            return None
        return given

    def positive(self, key: str) -> float:
        given = self.tree.get(key, 1)
        if not is_number(given) or given <= 0:
            self.fault(f"{key} is {given!r}; write a number above 0.")
            return 1.0
        return float(given)

    def scale(self) -> tuple[float, float] | None:
        given = self.tree.get("scale")
        if given is None:
            return None
        ends = given if isinstance(given, list) and len(given) == 2 else []
        if not ends or not all(map(is_number, ends)) or ends[0] >= ends[1]:
            self.fault(f"scale is {given!r}; write [lowest, highest].")
            return None
        return float(ends[0]), float(ends[1])

    def inclusive(self) -> bool:
        given = self.tree.get("inclusive", True)
        if not isinstance(given, bool):
            self.fault(f"inclusive is {given!r}; write true or false.")
        return bool(given)

    def timezone(self) -> str:
        given = self.tree.get("timezone", "")
        if given and not _is_zone(given):
            self.fault(f"timezone is {given!r}; write a name such as 'Europe/Berlin' or 'UTC'.")
            return ""
        return str(given)

    def currency(self, given: Any) -> str:
        if not (isinstance(given, str) and (not given or given in CODES)):
            beside = "" if self.where == "the map" else ' or { column = "..." }'
            self.fault(f"currency is {given!r}; write an ISO code such as 'USD'{beside}.")
            return ""
        return given

    def beside(self, given: Mapping[str, Any]) -> str:
        if set(given) != {"column"} or not isinstance(given["column"], str):
            self.fault('currency is written "USD", or { column = "its column in the file" }.')
            return ""
        return given["column"]

    def rates(self, base: str) -> Mapping[str, float]:
        given = self.tree.get("rates", {})
        if not isinstance(given, dict):
            self.faults.append("rates is written [rates], and below it EUR = 1.08 and so on.")
            return {}
        if given and not base:
            self.faults.append("[rates] needs currency: the one that amounts are turned into.")
        for code, rate in given.items():
            if code not in CODES:
                self.faults.append(f"[rates]: {code!r} is no ISO code such as 'EUR'.")
            elif not is_number(rate) or rate <= 0:
                self.faults.append(f"[rates]: {code} is {rate!r}; write a number above 0.")
            elif code == base and rate != 1:
                self.faults.append(f"[rates]: {code} is the map's currency itself; take it out.")
        return MappingProxyType({c: float(r) for c, r in given.items() if is_number(r)})

    def values(self, column: Column) -> Mapping[str, str] | None:
        given = self.tree.get("values")
        if given is None:
            return None
        if not isinstance(given, dict) or not all(isinstance(v, str) for v in given.values()):
            self.fault('values is written { "as in the file" = "meaning" }.')
            return {}
        if column.values:
            for text, meaning in given.items():
                if meaning and meaning not in column.values:
                    self.fault(
                        f"{text!r} stands for {meaning!r}, which is not allowed."
                        f"{nearest(meaning, column.values)} Allowed: {', '.join(column.values)}."
                    )
        meanings: dict[str, str] = {}
        for text, meaning in given.items():
            other = meanings.setdefault(text.strip().casefold(), meaning)
            if other != meaning:
                self.fault(
                    f"{text!r} stands for {other!r} and for {meaning!r}; upper and lower case are"
                    " the same word. Say one of them."
                )
        return MappingProxyType({(k if k == ANY else k.strip()): v for k, v in given.items()})


def is_number(given: Any) -> bool:
    """Whether a map's value is a number; true and false are none."""
    return isinstance(given, int | float) and not isinstance(given, bool)


def _is_zone(name: Any) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError, TypeError, AttributeError):
        return False
    return True
