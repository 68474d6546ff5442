"""What tests of the deck for the leadership share."""

import pandas as pd
import pytest

from csmkit.growth.team import team_gaps
from csmkit.render.deck.leadership import leadership_deck


@pytest.fixture(scope="module")
def deck(team) -> bytes:
    return leadership_deck(team)


@pytest.fixture(scope="module")
def gaps(team) -> pd.DataFrame:
    return team_gaps(team, by="level")
