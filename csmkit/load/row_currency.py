"""Currency columns that stand beside amounts, and that the map does not use."""

from __future__ import annotations

import re

import pandas as pd

from csmkit.load.distinct import distinct
from csmkit.load.findings import finding, join_findings, no_findings
from csmkit.load.maps.mapping import Map, Source, steps
from csmkit.load.sources.sheet import Sheet
from csmkit.load.values.currency_codes import CODES
from csmkit.schema import TABLES

_NAME = re.compile(r"^(?:.*[ _.])?_?currency(?:[ _]?(?:iso)?[ _]?code)?(?:__c)?$", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def names_currency(header: str) -> bool:
    """Whether a header is that of a column of currency codes, as far as its name tells.

    Examples
    --------
    >>> names_currency("CurrencyIsoCode"), names_currency("Deal currency"), names_currency("ARR")
    (True, True, False)
    """
    return bool(_NAME.match(_CAMEL.sub(" ", header)))


def unused_currency(source: Source, sheet: Sheet, given: Map) -> pd.DataFrame:
    """An error if a source's amounts stand beside a column of currencies that nobody reads.

    Several codes, or one that is not the map's: without the column they would be added up.
    """
    specs = [
        spec
        for spec in steps(
            {
                name: spec
                for name, spec in source.columns.items()
                if TABLES[source.table][name].kind == "money"
            }
        )
        if spec.column
    ]
    if not specs or all(s.rules.currency_column or s.rules.currency for s in specs):
        return no_findings()
    found = []
    for header in [h for h in sheet.headers if names_currency(h)]:
        texts = distinct(sheet.columns([header])[header]).str.upper()
        codes = sorted(set(texts) & set(CODES))
        if len(codes) > 1 or (codes and given.currency and codes != [given.currency]):
            line = f'{{ column = "{specs[0].column}", currency = {{ column = "{header}" }} }}'
            found.append(
                finding(
                    "error",
                    "currency_not_mapped",
                    f"{header} holds {', '.join(codes[:5])}, and the map does not use it.",
                    f"Write {line} for the amount in the map, and a rate for each other currency"
                    " in [rates].",
                    table=source.table,
                    file=sheet.name,
                    column=header,
                    value=", ".join(codes[:5]),
                )
            )
    return join_findings(found)
