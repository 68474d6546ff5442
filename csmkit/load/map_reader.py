"""Reads a map from TOML and names every fault of it at once."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from csmkit.errors import MapError, UnreadableInput
from csmkit.load.dates import DATE_ORDERS, DateOrder
from csmkit.load.delimited import composed
from csmkit.load.mapping import ColumnSpec, Lookup, Map, Source, nearest, raise_faults
from csmkit.load.parse import ANY, Rules
from csmkit.schema import TABLES, Column

_TOP = ("currency", "date_order", "source")
_SOURCE = ("table", "file", "sheet", "where", "per", "key", "columns")
_COMMON = ("column", "const", "values", "in", "match", "take", "where", "fallback")
_BY_KIND: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "date": ("date_order", "inclusive"),
        "money": ("times",),
        "number": ("times", "count", "gather"),
        "rate": ("percent",),
        "score": ("scale", "high_is"),
    }
)
_LOOKUP = ("in", "match", "take")
_CHOICES: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {
        "date_order": DATE_ORDERS,
        "high_is": ("good", "bad"),
        "count": ("distinct", "rows"),
        "gather": ("sum", "max", "mean"),
    }
)


def read_map(path: str | Path) -> Map:
    """Read a map file.

    Raises
    ------
    UnreadableInput
        If there is no such file.
    MapError
        If the map is not valid; the message lists every fault.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except OSError:
        raise UnreadableInput(
            f"There is no map {file}.", "Give the path of a map, or make one with csmkit map."
        ) from None
    return parse_map(data, file.name)


def parse_map(data: bytes | str, name: str = "map.toml") -> Map:
    """Read a map from its text; see `read_map`."""
    raw = data.encode() if isinstance(data, str) else data
    try:
        tree = tomllib.loads(composed(raw.decode("utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise MapError(
            f"{name} is not valid TOML: {fault}.", "Correct that line; texts need quotes."
        ) from None
    reader = _Reader()
    result = reader.map(tree, name, hashlib.sha256(raw).hexdigest())
    raise_faults(name, reader.faults)
    return result


class _Reader:
    """Builds a `Map` from a TOML tree and collects every fault on the way."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def map(self, tree: dict[str, Any], name: str, sha256: str) -> Map:
        self.keys(tree, _TOP, "the map")
        order = self.choice(tree, "date_order", "the map")
        currency = tree.get("currency", "")
        if not (isinstance(currency, str) and (not currency or _is_currency(currency))):
            self.faults.append(f"currency is {currency!r}; write an ISO code such as 'USD'.")
        sources = tree.get("source")
        if not isinstance(sources, list) or not sources:
            self.faults.append("It has no [[source]]: nothing says which file fills which table.")
            sources = []
        built = (self.source(s, i, order) for i, s in enumerate(sources, 1))
        return Map(name, tuple(s for s in built if s), str(currency), sha256)

    def source(self, tree: Any, number: int, order: DateOrder | None) -> Source | None:
        where = f"source {number}"
        if not isinstance(tree, dict):
            self.faults.append(f"{where}: write it as a [[source]] section.")
            return None
        self.keys(tree, _SOURCE, where)
        table = tree.get("table")
        if not isinstance(table, str) or table not in TABLES:
            self.faults.append(
                f"{where}: there is no table {table!r}.{nearest(str(table), list(TABLES))}"
                f" Allowed: {', '.join(TABLES)}."
            )
            return None
        where = f"source {number} ({table})"
        file = tree.get("file")
        if not isinstance(file, str) or not file:
            self.faults.append(f"{where}: file is missing; name the file to read.")
            file = ""
        per = tree.get("per", "")
        if per and (per != "month" or table != "usage"):
            self.faults.append(f"{where}: per is {per!r}; only usage can have per = 'month'.")
        columns = tree.get("columns")
        if not isinstance(columns, dict) or not columns:
            self.faults.append(f"{where}: [source.columns] is missing.")
            columns = {}
        specs = {}
        for target, spec in columns.items():
            if target not in TABLES[table]:
                names = TABLES[table].names
                self.faults.append(
                    f"{where}: {table} has no column {target!r}.{nearest(target, names)}"
                    f" Allowed: {', '.join(names)}."
                )
                continue
            specs[target] = self.column(spec, TABLES[table][target], f"{where}, {target}", order)
        if per == "month":
            self.gathered(specs, table, where)
        texts = {k: tree.get(k, "") for k in ("sheet", "key")}
        for k, v in texts.items():
            if not isinstance(v, str):
                self.faults.append(f"{where}: {k} is {v!r}; write it in quotes.")
        return Source(
            table,
            file,
            MappingProxyType(specs),
            str(texts["sheet"]),
            self.filter(tree.get("where", {}), where),
            str(per),
            str(texts["key"]),
        )

    def gathered(self, specs: dict[str, ColumnSpec], table: str, where: str) -> None:
        for target, spec in specs.items():
            if TABLES[table][target].kind == "number" and not (spec.count or spec.gather):
                self.faults.append(
                    f"{where}, {target}: with per = 'month' say how rows are gathered:"
                    " count = 'distinct' or 'rows', or gather = 'sum', 'max' or 'mean'."
                )

    def column(self, tree: Any, column: Column, where: str, order: DateOrder | None) -> ColumnSpec:
        if isinstance(tree, str):
            return ColumnSpec(column=tree, rules=Rules(date_order=order))
        if not isinstance(tree, dict):
            self.faults.append(f"{where}: write a column's name in quotes, or {{ column = ... }}.")
            return ColumnSpec()
        allowed = (*_COMMON, *_BY_KIND.get(column.kind, ()))
        self.keys(tree, allowed, where)
        if ("column" in tree) == ("const" in tree):
            self.faults.append(f"{where}: give either column or const.")
        for key in ("column", "const", *_LOOKUP):
            if key in tree and not isinstance(tree[key], str):
                self.faults.append(f"{where}: {key} is {tree[key]!r}; write it in quotes.")
        lookup = None
        if any(key in tree for key in _LOOKUP):
            if not all(isinstance(tree.get(key), str) for key in _LOOKUP):
                self.faults.append(f"{where}: a look-up needs in, match and take.")
            else:
                only = self.filter(tree.get("where", {}), where)
                lookup = Lookup(tree["in"], tree["match"], tree["take"], only)
        elif "where" in tree:
            self.faults.append(f"{where}: where here belongs to a look-up (in, match, take).")
        fallback = tree.get("fallback")
        return ColumnSpec(
            tree.get("column"),
            tree.get("const"),
            self.rules(tree, column, where, order),
            lookup,
            None
            if fallback is None
            else self.column(fallback, column, f"{where}, fallback", order),
            self.choice(tree, "count", where),
            self.choice(tree, "gather", where),
        )

    def rules(
        self, tree: dict[str, Any], column: Column, where: str, order: DateOrder | None
    ) -> Rules:
        values = tree.get("values")
        if values is not None:
            values = self.values(values, column, where)
        scale = tree.get("scale", [0, 100])
        ends = scale if isinstance(scale, list) and len(scale) == 2 else []
        if len(ends) != 2 or not all(map(_is_number, ends)) or ends[0] >= ends[1]:
            self.faults.append(f"{where}: scale is {scale!r}; write [lowest, highest].")
            ends = [0, 100]
        inclusive = tree.get("inclusive", True)
        if not isinstance(inclusive, bool):
            self.faults.append(f"{where}: inclusive is {inclusive!r}; write true or false.")
        return Rules(
            self.choice(tree, "date_order", where) or order,
            self.positive(tree, "times", where),
            self.positive(tree, "percent", where),
            (float(ends[0]), float(ends[1])),
            self.choice(tree, "high_is", where) != "bad",
            values,
            bool(inclusive),
        )

    def values(self, tree: Any, column: Column, where: str) -> Mapping[str, str]:
        if not isinstance(tree, dict) or not all(isinstance(v, str) for v in tree.values()):
            self.faults.append(f'{where}: values is written {{ "as in the file" = "meaning" }}.')
            return {}
        if column.values:
            for text, meaning in tree.items():
                if meaning and meaning not in column.values:
                    self.faults.append(
                        f"{where}: {text!r} stands for {meaning!r}, which is not allowed."
                        f"{nearest(meaning, column.values)} Allowed: {', '.join(column.values)}."
                    )
        return MappingProxyType({(k if k == ANY else k.strip()): v for k, v in tree.items()})

    def filter(self, tree: Any, where: str) -> Mapping[str, tuple[str, ...]]:
        only = {}
        if not isinstance(tree, dict):
            self.faults.append(f'{where}: where is written {{ column = "text" }}.')
            return {}
        for column, wanted in tree.items():
            texts = wanted if isinstance(wanted, list) else [wanted]
            if not texts or not all(isinstance(t, str) for t in texts):
                self.faults.append(
                    f"{where}: where {column} is a text in quotes or a list of them."
                )
            else:
                only[column] = tuple(texts)
        return MappingProxyType(only)

    def keys(self, tree: dict[str, Any], allowed: tuple[str, ...], where: str) -> None:
        for key in tree:
            if key not in allowed:
                self.faults.append(
                    f"{where}: {key!r} is not known here.{nearest(key, allowed)}"
                    f" Allowed: {', '.join(allowed)}."
                )

    def choice(self, tree: dict[str, Any], key: str, where: str) -> Any:
        given = tree.get(key)
        if given is not None and given not in _CHOICES[key]:
            self.faults.append(f"{where}: {key} is {given!r}. Allowed: {', '.join(_CHOICES[key])}.")
            return None
        return given

    def positive(self, tree: dict[str, Any], key: str, where: str) -> float:
        given = tree.get(key, 1)
        if not _is_number(given) or given <= 0:
            self.faults.append(f"{where}: {key} is {given!r}; write a number above 0.")
            return 1.0
        return float(given)


def _is_number(given: Any) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool)


def _is_currency(code: str) -> bool:
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()
