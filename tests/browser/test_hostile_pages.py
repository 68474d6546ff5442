"""What wants to run, in every place where text of the data can come to stand: it never does."""

import altair as alt
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from csmkit.render.html import index_html, packet_html
from csmkit.view.theme import bundle

pytestmark = pytest.mark.browser

HIT = "window.hit=1"
TEXTS = [
    f"<script>{HIT}</script>",
    f"<img src=x onerror={HIT}>",
    f'"><svg onload="{HIT}">',
    f"</script><script>{HIT}</script>",
    f"]]></style><script>{HIT}</script>",
    f"javascript:{HIT}",
    f"'+({HIT})+'",
    f"{{{{ {HIT} }}}}",
    "<meta http-equiv=refresh content='0;url=https://e.example'>",
    "<base href=https://e.example/>",
    "<form action=https://e.example><button id=b>x</button></form>",
    "<a id=leave href=https://e.example>x</a>",
    "<link rel=stylesheet href=https://e.example/x.css>",
    "<style>@import 'https://e.example/x.css'; body{background:url(https://e.example/x)}</style>",
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "<object data=https://e.example></object><embed src=https://e.example>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.hit=1>",
    "<noscript><p title='</noscript><img src=x onerror=window.hit=1>'>",
]
ALL = " ".join(TEXTS)


def shown(**data):
    names = {"html": "text/html", "markdown": "text/markdown", "svg": "image/svg+xml"}
    given = {names.get(name, name): text for name, text in data.items()}
    return new_code_cell("x", outputs=[new_output("display_data", data=given)])


def hostile_charts():
    """Bars and images: hostile text as values, field names, titles, a legend, a link and an image's address."""
    frame = pd.DataFrame(
        {
            "number": range(len(TEXTS)),
            "text": TEXTS,
            "link": [f"javascript:{HIT}", *["https://e.example"] * (len(TEXTS) - 1)],
            TEXTS[0]: 1,
            "image": "https://e.example/x.png",
        }
    )
    drawn = alt.Chart(frame, title=alt.Title(TEXTS[0], subtitle=TEXTS[1]), description=ALL)
    bars = drawn.mark_bar().encode(
        x=alt.X("number:Q", title=TEXTS[1]),
        y=alt.Y("text:N", title=TEXTS[2]),
        color=alt.Color("text:N", legend=alt.Legend(title=TEXTS[3], columns=3)),
        href="link:N",
        tooltip=["text:N", alt.Tooltip("number:Q", title=TEXTS[1]), "image:N"],
    )
    images = drawn.mark_image(width=20, height=20).encode(x="number:Q", y="text:N", url="image:N")
    return bars.to_dict(), images.to_dict()


@pytest.fixture
def hostile(tab, tmp_path):
    """Opens HTML in the tab; fails if anything was asked, ran or left the page."""
    dialogs = []
    tab.page.on("dialog", lambda d: (dialogs.append(d.message), d.dismiss()))
    path = tmp_path / "page.html"

    def opens(html):
        path.write_text(html, encoding="utf-8")
        tab.page.goto(path.as_uri())
        return tab.page

    yield opens
    tab.page.wait_for_timeout(100)
    assert tab.page.evaluate("window.hit") is None
    assert tab.page.url.split("#")[0] == path.as_uri()
    assert dialogs == []
    assert tab.requests == []


def page_of(*cells):
    return packet_html(
        new_notebook(cells=list(cells)), title=ALL, subtitle=ALL, meta={ALL: ALL, "version": ALL}
    )


def test_headings_text_and_links_of_markdown(hostile):
    lines = [
        f"## {text}\n\n{text}\n\n*{text}*\n\n- {text}\n\n| a |\n|---|\n| {text} |\n"
        for text in TEXTS
    ]
    lines += [
        f"[x](javascript:{HIT}) <javascript:{HIT}> ![x](https://e.example/x.png)",
        f"[y]\n\n[y]: javascript:{HIT}",
        f"<details ontoggle={HIT} open>x</details>",
    ]
    page = hostile(page_of(*[new_markdown_cell(line) for line in lines]))
    assert page.locator("nav a").count() == len(TEXTS)
    page.locator("nav a").last.click()
    assert (
        page.evaluate("document.querySelectorAll('main :is(img,script,form,iframe,svg,a)').length")
        == 0
    )
    assert f"<img src=x onerror={HIT}>" in page.inner_text("h1")


def test_every_kind_of_output(hostile):
    page = hostile(
        page_of(
            *[shown(html=text) for text in TEXTS],
            *[shown(markdown=text) for text in TEXTS],
            shown(svg=f"<svg onload={HIT}></svg>", **{"text/plain": ALL}),
            shown(**{"application/javascript": HIT, "text/plain": ALL}),
            shown(**{"text/latex": ALL}),
            new_code_cell(
                "x", outputs=[new_output("error", ename=ALL, evalue=ALL, traceback=[ALL])]
            ),
            new_code_cell("x", outputs=[new_output("stream", name="stderr", text=ALL)]),
        )
    )
    left = "document.querySelectorAll('main :is(img,script,form,iframe,svg,style,object,a)').length"
    assert page.evaluate(left) == 0
    assert "This part could not be made." in page.inner_text("main")


def test_a_styled_table(hostile):
    # An open <style> in it would take all that follows for itself: nothing runs, nothing is seen.
    texts = [text for text in TEXTS if "<style>" not in text]
    frame = pd.DataFrame({texts[1]: texts}, index=pd.Index(texts, name=texts[2]))
    styled = frame.style.set_caption(texts[0]).set_table_attributes(f'onclick="{HIT}"')
    styled = styled.format(lambda text: f'<a href="javascript:{HIT}">{text}</a>')
    styled = styled.set_tooltips(frame)
    page = hostile(page_of(shown(html=styled.to_html())))
    page.click("table")
    assert page.locator("tbody tr").count() == len(texts)
    assert page.evaluate(
        "[...document.querySelectorAll('main *')].every(e => [...e.attributes]"
        ".every(a => !a.name.startsWith('on') && a.name !== 'style'))"
    )


def test_a_chart_is_drawn_pointed_at_and_clicked(hostile):
    page = hostile(page_of(*[shown(**bundle(spec)) for spec in hostile_charts()]))
    page.wait_for_function("document.querySelectorAll('[data-drawn=true]').length === 2")
    assert f"<img src=x onerror={HIT}>" in page.locator(".canvas svg").first.text_content()
    bars = page.locator(".mark-rect path")
    for number in (1, 5, 12):
        bars.nth(number).hover(force=True)
        page.wait_for_selector("#vg-tooltip-element.visible")
        bars.nth(number).click(force=True)
    assert (
        page.evaluate("document.querySelectorAll('#vg-tooltip-element :is(img,script,svg)').length")
        == 0
    )


def test_a_chart_reads_no_file_and_no_address(hostile, tab):
    spec = {"mark": "point", "encoding": {"x": {"field": "a", "type": "quantitative"}}}
    cells = [
        shown(**bundle({**spec, "data": {"url": url}}))
        for url in ("https://e.example/x.json", "file:///etc/hostname", "//e.example/x.csv")
    ]
    page = hostile(page_of(*cells))
    page.wait_for_function("document.querySelectorAll('[data-drawn]').length === 3")
    tab.complaints.clear()


def test_a_chart_of_several_views_is_drawn_on_a_phone_too(hostile):
    base = alt.Chart(pd.DataFrame({"x": [1, 2], "y": [3, 4], "f": ["a", "b"]})).mark_point()
    both = base.encode(x="x:Q", y="y:Q")
    with alt.theme.enable("default"):
        specs = [
            (both | both).to_dict(),
            both.facet("f:N").to_dict(),
            both.encode(row="f:N").to_dict(),
        ]
        specs.append(both.to_dict())
    for spec in specs:
        spec.pop("config", None)
    page = hostile(page_of(*[shown(**bundle(spec)) for spec in specs]))
    page.set_viewport_size({"width": 390, "height": 800})
    page.reload()
    page.wait_for_function("document.querySelectorAll('[data-drawn=true]').length === 4")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_index_of_a_pack(hostile):
    rows = [
        dict.fromkeys(("name", "role", "level", "manager", "status", "error"), text)
        | {"href": text}
        for text in TEXTS
    ]
    page = hostile(index_html(rows, title=ALL, period=ALL, findings_summary=ALL, notes=[ALL]))
    assert page.locator("tbody tr").count() == len(TEXTS)
    page.fill("#search", "svg")
    page.get_by_role("button", name="Name").click()
    assert page.locator("tbody tr:visible").count() == 1
