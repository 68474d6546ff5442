"""The page of the pre-review talk prints on one side of A4, and shows in any window."""

import re

import pytest

from csmkit.render.pre_review import render_pre_review

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The longest agenda of the sample team, and one with the most losses.
PEOPLE = ("bohdan.kovalenko@northwind.example", "emeka.obi@northwind.example")


@pytest.mark.parametrize("who", PEOPLE)
def test_it_prints_on_one_page(tab, team, tmp_path, who):
    file = render_pre_review(team, csm=who, out=tmp_path / "talk.html")
    tab.page.goto(file.as_uri())
    printed = tab.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert tab.requests == []
    assert tab.complaints == []


@pytest.mark.parametrize("width", [400, 1300])
def test_nothing_is_wider_than_the_window(tab, team, tmp_path, width):
    file = render_pre_review(team, csm=PEOPLE[0], out=tmp_path / "talk.html")
    tab.page.set_viewport_size({"width": width, "height": 900})
    tab.page.goto(file.as_uri())
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.page.is_visible("text=Both sides in full")
    tab.page.emulate_media(media="print")
    assert not tab.page.is_visible("text=Both sides in full")
