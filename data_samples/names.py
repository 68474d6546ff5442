"""Plausible company names that belong to nobody we know of."""

from __future__ import annotations

import numpy as np

from data_samples.model import HERE, SEED, read_toml


def company_names(count: int, taken: set[str]) -> list[str]:
    """Different names, in a drawn order; what they are made of is in ``words/names.toml``.

    Parameters
    ----------
    count : int
        How many.
    taken : set of str
        Names that are not to be used.
    """
    rng = np.random.default_rng([SEED, 0])
    words = read_toml(HERE / "words" / "names.toml")
    first, second, forms = words["first"].split(), words["second"].split(), words["forms"]
    names: list[str] = [n for n in words["ordinary"] if n not in taken]
    pairs: set[str] = set()
    while len(names) < count:
        pair = f"{first[int(rng.integers(len(first)))]} {second[int(rng.integers(len(second)))]}"
        if pair not in pairs:
            pairs.add(pair)
            names.append(pair + forms[int(rng.integers(len(forms)))])
    return [names[i] for i in rng.permutation(count)]
