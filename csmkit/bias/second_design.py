"""Who shares people with whom in a plan of second raters, and what that can show."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

from csmkit.bias.verdicts import ALPHA

# How many checks of ratings a p value is adjusted for at most.
CHECKS = 7
# Two raters of a person are dealt in two ways, so n people give 2 ** n teams, and two of them are
# as clear as can be. From so many people on that is rare enough for a signal beside other checks.
ENOUGH = math.ceil(math.log2(2 * CHECKS / ALPHA))


@dataclass
class Design:
    """Who shares people with whom so far, and how much work everybody has.

    ``own`` counts each manager's own people who have two raters, ``others`` the people of others
    whom the manager scored.
    """

    managers: list[str]
    group: dict[str, str] = field(default_factory=dict)
    own: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    work: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.group = {manager: manager for manager in self.managers}

    def share(self, raters: list[str], manager: str) -> None:
        """Raters who scored the same person, and that person's manager."""
        known = [rater for rater in raters if rater in self.group]
        if manager in self.group:
            self.own[manager] += 1
        self.others.update(rater for rater in known if rater != manager)
        groups = {self.group[rater] for rater in known}
        for manager in self.managers:
            if self.group[manager] in groups:
                self.group[manager] = min(groups)

    def leaning(self, manager: str, second: str) -> int:
        """How far own people and others' would be from equally many, for two managers."""
        gap = {rater: self.own[rater] - self.others[rater] for rater in (manager, second)}
        return abs(gap[manager] + 1) + abs(gap[second] - 1)

    def shares(self, rater: str) -> int:
        """How many people a rater shares with colleagues."""
        return self.own[rater] + self.others[rater]

    @property
    def people(self) -> int:
        """How many people have two raters."""
        return self.own.total()

    @property
    def most(self) -> tuple[str, int]:
        """The manager most of whose people have two raters, and how many."""
        return max(self.own.items(), key=lambda each: (each[1], each[0]), default=("", 0))

    @property
    def spread(self) -> bool:
        """Whether people of other managers are as many as balance against one manager's calls for.

        Where only one manager's people are scored twice, that manager's severity and kindness to
        own reports cannot be told apart.
        """
        return self.people - self.most[1] >= min(self.people, ENOUGH) // 2

    @property
    def smallest_p(self) -> float:
        """The smallest p value a check of all raters together can give."""
        return min(1.0, math.ldexp(2.0, -self.people))

    @property
    def smallest_p_of_one(self) -> float:
        """The same for a check that asks of each rater alone, by the one who shares most people."""
        return min(1.0, math.ldexp(2.0, -max(map(self.shares, self.managers), default=0)))

    @property
    def connected(self) -> bool:
        """Whether all managers can be compared, directly or through others."""
        return len(set(self.group.values())) <= 1
