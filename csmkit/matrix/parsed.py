"""A matrix that was read once, as JSON: whoever is handed it need not read its YAML again."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from csmkit.matrix.matrix import Competency, Expectation, Matrix, Proof


def as_json(matrix: Matrix) -> str:
    """All of a matrix but the text of its file, which is kept as it is."""
    return json.dumps(_plain(dataclasses.replace(matrix, text="")), ensure_ascii=False)


def from_json(held: str, *, text: str) -> Matrix:
    """The matrix that `as_json` was given; ``text`` is that of its file."""
    facts = json.loads(held)
    competencies = tuple(Competency(**_fields(one)) for one in facts["competencies"])
    rules = tuple(facts["rules"])
    return Matrix(facts["name"], facts["version"], facts["digest"], competencies, rules, text)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {name: _plain(held) for name, held in value.items()}
    return [_plain(held) for held in value] if isinstance(value, tuple) else value


def _fields(held: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a competency, or those that a role's variant has."""
    return {name: _field(name, value) for name, value in held.items()}


def _field(name: str, value: Any) -> Any:
    if name == "evidence":
        return tuple(Proof(**one) for one in value)
    if name == "expected":
        return MappingProxyType({level: Expectation(**one) for level, one in value.items()})
    if name == "variants":
        return MappingProxyType({role: _fields(one) for role, one in value.items()})
    return tuple(value) if isinstance(value, list) else value
