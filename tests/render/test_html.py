"""The pages: nothing loads, nothing from the data runs, charts draw."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from csmkit.render.html import index_html, packet_html
from csmkit.render.html_cells import sanitised
from csmkit.view import charts
from csmkit.view.tables import note, table_rows
from tests.view import frames


def _shown(thing) -> nbformat.NotebookNode:
    if hasattr(thing, "to_dict"):
        data = thing._repr_mimebundle_()
    else:
        data = {"text/html": thing._repr_html_(), "text/plain": repr(thing)}
    return new_code_cell(
        "secret_code()", outputs=[new_output("execute_result", data=data, execution_count=1)]
    )


def _notebook(*cells) -> nbformat.NotebookNode:
    return new_notebook(cells=list(cells))


def _page(*cells, **options) -> str:
    return packet_html(_notebook(*cells), **({"title": "Ana"} | options))


def _without_scripts(page: str) -> str:
    return re.sub(r"<script[^>]*>.*?</script>", "", page, flags=re.DOTALL)


@pytest.fixture
def full() -> str:
    bridge = frames.bridge()
    bridge.loc[1, "step"] = frames.ENDS
    return packet_html(
        _notebook(
            new_markdown_cell(f"# Packet\n\n## Outcomes {frames.HOSTILE}\n\n*Look here.*"),
            _shown(charts.chart_waterfall(bridge, currency="EUR")),
            _shown(charts.chart_timeline(frames.timeline())),
            _shown(charts.chart_health(frames.health())),
            _shown(charts.chart_evidence(frames.evidence(), frames.coverage())),
            _shown(charts.chart_mix(frames.mix())),
            _shown(charts.chart_bands(frames.bands())),
            _shown(charts.chart_waterfall(bridge)),
            _shown(table_rows(frames.evidence(), caption=frames.HOSTILE)),
            _shown(note(frames.HOSTILE, kind="headline")),
        ),
        title=f"Ana {frames.HOSTILE}",
        subtitle=frames.OVERRIDE,
        edition="committee",
        meta={"Period": "2024-07-01 to 2024-12-31", "version": "0.1.0"},
    )


def test_a_page_with_seven_charts_stays_under_two_megabytes(full):
    assert len(full.encode()) < 2_000_000


def test_nothing_in_the_page_loads_from_anywhere(full):
    own = _without_scripts(full)
    assert re.findall(r"https?://|//[a-z]", own) == []
    assert re.findall(r'(?:src|href)="(?!#|data:,)', own) == []


def test_the_policy_lets_only_the_kits_own_scripts_run(full):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', full)[1]
    policy = policy.replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    run = re.findall(r"<script>(.*?)</script>", full, flags=re.DOTALL)
    assert len(run) == 2
    for script in run:
        digest = b64encode(sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_hostile_text_is_text_everywhere(full):
    assert "<script>alert" not in full
    assert "<!-- x" not in full
    assert "\\u003c/script>\\u003c!-- x" in full
    assert "\u202e" not in full
    assert full.count("<script") == full.count("</script>") == 7 + 2


def test_code_is_never_shown(full):
    assert "secret_code" not in full


def test_the_page_names_the_edition_period_and_version(full):
    for text in ("Committee edition", "2024-07-01 to 2024-12-31", "Confidential", "csmkit 0.1.0"):
        assert text in full
    assert '<html lang="en">' in full
    assert '<meta name="robots" content="noindex">' in full


def test_an_unknown_edition_is_an_error():
    with pytest.raises(KeyError, match="draft"):
        _page(edition="draft")


def test_contents_come_from_the_second_level_headings():
    page = _page(new_markdown_cell("# T\n## Losses\n### Sub\n## Losses\n## Évidence & more"))
    assert re.findall(r'<li><a href="#([^"]*)">([^<]*)<', page) == [
        ("losses", "Losses"),
        ("losses-2", "Losses"),
        ("evidence-more", "Évidence &amp; more"),
    ]
    assert page.count("<section>") == page.count("</section>") == 3


def test_the_emphasised_first_line_leads():
    page = _page(new_markdown_cell("## A\n\n*Look here.*\n\n*Not here.*"))
    assert page.count('class="lead"') == 1
    assert '<p class="lead"><em>Look here.</em></p>' in page


@pytest.mark.parametrize(
    "source",
    [
        "<img src=x onerror=alert(1)>",
        "![x](http://evil.example/x.png)",
        "[x](javascript:alert(1))",
        "[x](https://evil.example)",
        "<https://evil.example>",
    ],
)
def test_markdown_leads_nowhere(source):
    body = re.search(r"<main.*</main>", _page(new_markdown_cell(source)), flags=re.DOTALL)[0]
    assert re.search(r"<(img|a|script)\b", body) is None


def test_html_output_keeps_tables_and_loses_what_runs():
    html = (
        '<table class="t" onclick="x()" style="color:red"><tr><td data-label="A">1</td></tr></table>'
        '<script>x()</script><style>p{}</style><img src="http://e/x"><a href="http://e">l</a>'
        '<iframe src="x"></iframe><svg onload="x()"></svg>'
    )
    assert sanitised(html) == (
        '<table class="t"><tbody><tr><td data-label="A">1</td></tr></tbody></table>l'
    )


def test_an_error_is_said_without_its_traceback():
    error = new_output("error", ename="DataError", evalue="no <b>", traceback=["/home/me/x.py"])
    page = _page(new_code_cell("x", outputs=[error]))
    assert "This part could not be made." in page
    assert "DataError: no &lt;b&gt;" in page
    assert "/home/me" not in page


def test_streams_are_hidden_unless_something_went_wrong():
    page = _page(
        new_code_cell(
            "x",
            outputs=[
                new_output("stream", name="stdout", text="noise"),
                new_output("stream", name="stderr", text="care <b>"),
            ],
        )
    )
    assert "noise" not in page
    assert "care &lt;b&gt;" in page


def test_plain_text_is_the_last_resort():
    output = new_output("display_data", data={"text/plain": "<Frame>"})
    assert "<pre>&lt;Frame&gt;</pre>" in _page(new_code_cell("x", outputs=[output]))


def test_a_page_without_charts_has_no_runtime():
    page = _page(
        new_markdown_cell("## A"), _shown(charts.chart_timeline(frames.timeline().head(0)))
    )
    assert '<p class="nothing">Nothing to show</p>' in page
    assert len(page) < 40_000


def _index(**options) -> str:
    return index_html(
        [
            {
                "name": "Zoë",
                "role": "CSM",
                "manager": "Dana",
                "opening_arr": 100.0,
                "closing_arr": 90.0,
                "status": "ready",
                "href": "packets/zoe.html",
            },
            {
                "name": frames.HOSTILE,
                "role": "CSM",
                "manager": "Marek",
                "opening_arr": 1000.0,
                "closing_arr": float("nan"),
                "status": "failed",
                "href": "javascript:alert(1)",
                "error": "A cell failed.",
            },
            {"name": "Ana", "opening_arr": None, "status": "ready", "href": "packets/ana.html"},
        ],
        title="Team",
        period="2024",
        **options,
    )


def test_the_index_lists_and_links_the_packets():
    page = _index(currency="USD", findings_summary="2 warnings.", version="0.1.0")
    assert re.findall(r'<a href="(packets[^"]*)">([^<]*)</a>', page) == [
        ("packets/zoe.html", "Zoë"),
        ("packets/ana.html", "Ana"),
    ]
    assert "javascript:" not in page
    assert "<script>alert" not in page
    assert ">$100<" in page
    assert "2 warnings." in page
    assert "nan" not in _without_scripts(page).lower().replace("font", "")


def test_the_index_says_what_failed_and_why():
    page = _index()
    assert "1 packet failed." in page
    assert "A cell failed." in page
    done = index_html([{"name": "Ana", "status": "done"}], title="T", period="2024")
    assert "failed" not in _without_scripts(done).split("</style>")[1]


def test_the_index_has_no_column_that_is_empty():
    page = index_html([{"name": "Ana", "status": "done"}], title="T", period="2024")
    assert re.findall(r"<button[^>]*>([^<]*)<", page) == ["Name", "Packet"]
    assert "Find a person or status<" in page
    assert re.findall(r"<button[^>]*>([^<]*)<", _index()) == [
        *("Name", "Role", "Manager", "Calendar opening", "Closing ARR", "Packet")
    ]


def _watch(page) -> list[str]:
    seen: list[str] = []
    page.on("console", lambda message: seen.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: None if request.url.startswith("file:") else seen.append(request.url[:99]),
    )
    return seen


@pytest.mark.browser
@pytest.mark.parametrize("width", [1400, 420])
def test_charts_draw_within_the_window_and_ask_for_nothing(chromium_page, tmp_path, full, width):
    path = tmp_path / "p.html"
    path.write_text(full, encoding="utf-8")
    seen = _watch(chromium_page)
    chromium_page.set_viewport_size({"width": width, "height": 900})
    chromium_page.goto(path.as_uri())
    chromium_page.wait_for_function("document.querySelectorAll('[data-drawn]').length === 7")
    drawn = chromium_page.evaluate(
        "[...document.querySelectorAll('.canvas')].map(c => [c.dataset.drawn,"
        " c.querySelectorAll('svg path').length > 2,"
        " c.querySelector('svg').getBoundingClientRect().right <= innerWidth])"
    )
    assert drawn == [["true", True, True]] * 7
    assert chromium_page.evaluate("document.documentElement.scrollWidth") == width
    assert seen == []


@pytest.mark.browser
def test_charts_in_which_nothing_happened_draw_too(chromium_page, tmp_path):
    still = frames.timeline().iloc[[0]].assign(after="")
    held = frames.health().iloc[[0]].assign(end_status="red", movement="held")
    page = _page(
        _shown(charts.chart_waterfall(frames.bridge().iloc[[0, 2]])),
        _shown(charts.chart_timeline(still)),
        _shown(charts.chart_health(held)),
        _shown(charts.chart_evidence(frames.evidence().head(0), frames.coverage().iloc[[1]])),
        _shown(charts.chart_evidence(frames.evidence(), frames.coverage().head(0))),
    )
    path = tmp_path / "p.html"
    path.write_text(page, encoding="utf-8")
    seen = _watch(chromium_page)
    chromium_page.goto(path.as_uri())
    chromium_page.wait_for_function("document.querySelectorAll('[data-drawn=true]').length === 5")
    assert seen == []


@pytest.mark.browser
def test_a_chart_that_cannot_be_drawn_is_described(chromium_page, tmp_path):
    chart = charts.chart_waterfall(frames.bridge())
    broken = _shown(chart.properties(layer=[{"mark": {"type": "none such"}}]))
    path = tmp_path / "p.html"
    path.write_text(_page(broken), encoding="utf-8")
    chromium_page.goto(path.as_uri())
    chromium_page.wait_for_selector("[data-drawn=false]", state="attached")
    assert chromium_page.locator("figcaption").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 400])
def test_why_a_packet_failed_leaves_room_for_the_other_columns(chromium_page, tmp_path, width):
    why = "The packet failed: a cell took longer than 600 seconds. " * 4 + "x" * 200
    rows = [{"name": "Ana", "role": "CSM, senior", "status": "failed", "error": why}]
    path = tmp_path / "i.html"
    path.write_text(index_html(rows, title="T", period="2024"), encoding="utf-8")
    chromium_page.set_viewport_size({"width": width, "height": 800})
    chromium_page.goto(path.as_uri())
    assert chromium_page.locator(".problem").bounding_box()["width"] < 400
    table = "document.querySelector('.table')"
    assert chromium_page.evaluate(f"{table}.scrollWidth <= {table}.clientWidth")


@pytest.mark.browser
def test_the_index_searches_and_sorts(chromium_page, tmp_path):
    path = tmp_path / "i.html"
    path.write_text(_index(), encoding="utf-8")
    seen = _watch(chromium_page)
    chromium_page.goto(path.as_uri())
    names = "[...document.querySelectorAll('tbody tr:not([hidden]) th')].map(h => h.textContent)"
    chromium_page.fill("#search", "zoe dana")
    assert chromium_page.evaluate(names) == ["Zoë"]
    assert chromium_page.text_content("#count") == "1 of 3 packets"
    chromium_page.fill("#search", "")
    button = chromium_page.get_by_role("button", name="Calendar opening")
    button.click()
    assert chromium_page.evaluate(names) == ["Zoë", frames.HOSTILE, "Ana"]
    button.click()
    assert chromium_page.evaluate(names) == [frames.HOSTILE, "Zoë", "Ana"]
    assert seen == []
