"""Reads a map from TOML and names every fault of it at once."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from csmkit.errors import MapError, UnreadableInput
from csmkit.load.distinct import composed
from csmkit.load.maps.layouts import read_layouts
from csmkit.load.maps.mapping import ColumnSpec, Lookup, Map, Source, nearest, raise_faults
from csmkit.load.maps.pairs import read_pairs
from csmkit.load.maps.rules import RULE_KEYS, read_defaults, read_rules
from csmkit.load.values.rules import Rules
from csmkit.schema import TABLES, Column

_TOP = ("currency", "rates", "date_order", "timezone", "file", "source", "aliases", "merge")
_SOURCE = ("table", "file", "sheet", "where", "per", "key", "columns")
_COMMON = ("column", "const", "values", "in", "match", "take", "where", "fallback")
_COUNTED = ("count", "gather")
_MOST_SOURCES = 1000
_LOOKUP = ("in", "match", "take")
_CHOICES: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {
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
        rules = read_defaults(tree, self.faults)
        sources = tree.get("source")
        if not isinstance(sources, list) or not sources:
            self.faults.append(
                "It has no [[source]]: nothing says which file fills which table. Run csmkit map"
                " with --review and answer its questions, or take the # away from lines in it."
            )
            sources = []
        if len(sources) > _MOST_SOURCES:
            self.faults.append(
                f"It has {len(sources):,} sources; at most {_MOST_SOURCES:,} are read. One source"
                " can fill a table from several files with * in its file."
            )
            sources = []
        built = (self.source(s, i, rules) for i, s in enumerate(sources, 1))
        return Map(
            name,
            tuple(s for s in built if s),
            currency=rules.base,
            sha256=sha256,
            layouts=read_layouts(tree.get("file", []), self.faults),
            aliases=read_pairs(tree, "aliases", self.faults),
            merge=read_pairs(tree, "merge", self.faults),
        )

    def source(self, tree: Any, number: int, defaults: Rules) -> Source | None:
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
            specs[target] = self.column(spec, TABLES[table][target], f"{where}, {target}", defaults)
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

    def column(self, tree: Any, column: Column, where: str, defaults: Rules) -> ColumnSpec:
        if isinstance(tree, str):
            return ColumnSpec(column=tree, rules=defaults)
        if not isinstance(tree, dict):
            self.faults.append(f"{where}: write a column's name in quotes, or {{ column = ... }}.")
            return ColumnSpec()
        counted = _COUNTED if column.kind == "number" else ()
        allowed = (*_COMMON, *RULE_KEYS.get(column.kind, ()), *counted)
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
            read_rules(tree, column, where, defaults, self.faults),
            lookup,
            None
            if fallback is None
            else self.column(fallback, column, f"{where}, fallback", defaults),
            self.choice(tree, "count", where),
            self.choice(tree, "gather", where),
        )

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
