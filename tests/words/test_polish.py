"""A model's answers are taken where they say the same; whatever else it does, nothing is lost."""

import json
import socket
import time

import pytest

from csmkit.cycle import Period
from csmkit.errors import UsageError
from csmkit.words import polish_server
from csmkit.words.draft import Draft, Paragraph, Section, Sentence
from csmkit.words.polish import LONGEST, polish, verdict
from csmkit.words.polish_server import MOST_BYTES, server_at
from tests.words.model_server import model

ACME = "Acme renewed for €40,000 on 2 Mar 2026."
ZENITH = "Zenith was lost, 30 days before its renewal."
BETTER = "On 2 March 2026, Acme renewed for €40k."
GAP = "Who called Acme?"


def draft(*texts: str) -> Draft:
    """A draft that says some sentences and has one gap."""
    said = [Sentence(text, (f"row {at} of ana@example.com",)) for at, text in enumerate(texts)]
    section = Section(
        "A heading",
        (Paragraph((*said, Sentence(GAP, gap=True)), title="Acme"),),
        lead="For the writer.",
    )
    return Draft(
        *("review", "ana@example.com", "Ana Lee", "Review of Ana Lee"),
        Period.of("2026-01-01", "2026-06-30"),
        (section,),
    )


def texts(of: Draft) -> list[str]:
    return [one.text for one in of.sentences()]


def answered(answer, *said: str, **options):
    """What becomes of a draft when a model answers so."""
    with model(answer if callable(answer) else lambda _: answer) as (_, url):
        return polish(draft(*(said or (ACME,))), url=url, **options)


def refusal(answer, *said: str, **options) -> str:
    with pytest.raises(UsageError) as refused:
        answered(answer, *said, **options)
    assert refused.value.remedy
    return str(refused.value)


# ── what is taken ───────────────────────────────────────────────────────────────────────────────
def test_an_honest_answer_is_taken_with_the_sentence_s_sources():
    done = answered(lambda said: BETTER if said == ACME else said, ACME, ZENITH)
    assert texts(done.draft) == [BETTER, ZENITH, GAP]
    assert [one.sources for one in done.draft.sentences()] == [
        *(("row 0 of ana@example.com",), ("row 1 of ana@example.com",), ()),
    ]
    assert (done.changed, done.rejected) == (1, ())


def test_the_draft_itself_is_not_changed():
    before = draft(ACME)
    with model(lambda _: BETTER) as (_, url):
        polish(before, url=url)
    assert before == draft(ACME)


@pytest.mark.parametrize(
    "answer",
    [
        f" {BETTER}\n",
        f'"{BETTER}"',
        f"“{BETTER}”",
        f"<think>They lost it. <b>40</b></think>\n\n{BETTER}",
    ],
)
def test_what_models_put_around_an_answer_is_taken_off(answer):
    assert texts(answered(answer).draft)[0] == BETTER


BROKEN = {
    "smuggled a number": (BETTER.replace("40k", "41k"), "Not in the plain sentence: €41k."),
    "smuggled a name": (BETTER.replace("Acme", "Zenith"), "Not in the plain sentence: Zenith."),
    "left out a day": ("Acme renewed for €40k.", "Left out: 2 Mar 2026."),
    "empty": ("", "The answer was empty."),
    "blank": (" \n ", "The answer was empty."),
    "only a thought": ("<think>hm</think>", "The answer was empty."),
    "long": (BETTER + " And" * 40, "The answer was more than twice as long."),
    "markup": (f"**{BETTER}**", "The answer held markup."),
    "a list": (f"- {BETTER}", "The answer held markup."),
    "HTML": (f"{BETTER}<img src=x>", "The answer held markup."),
    "a link": (f"{BETTER} https://x.example", "The answer held markup."),
    "two lines": (f"Here it is:\n{BETTER}", "The answer held markup."),
    "two sentences": (
        "Acme renewed for €40,000. It was on 2 Mar 2026.",
        "The answer had more sentences than one stands for.",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_any_other_answer_is_not_taken_and_the_reason_told(what):
    answer, reason = BROKEN[what]
    done = answered(answer)
    assert texts(done.draft) == [ACME, GAP]
    ((plain, polished, why),) = done.rejected
    assert (plain, why, done.changed) == (ACME, reason, 0)
    assert polished in answer


def test_names_of_others_are_found_where_they_are_told():
    with model(lambda _: "Acme, with borealis, renewed for €40k on 2 Mar 2026.") as (_, url):
        assert polish(draft(ACME), url=url, names=("Borealis",)).rejected[0].reason == (
            "Not in the plain sentence: borealis."
        )


def test_an_answer_that_changes_nothing_is_no_change():
    done = answered(lambda said: said)
    assert (done.draft, done.changed, done.rejected) == (draft(ACME), 0, ())


def test_verdict_alone():
    assert verdict(BETTER, ACME) == ""
    assert verdict(ZENITH, ACME).startswith("Not in the plain sentence: ")


# ── what is sent ────────────────────────────────────────────────────────────────────────────────
def test_only_the_text_of_sentences_is_sent_and_no_gap():
    with model(lambda said: said) as (server, url):
        polish(draft(ACME, ZENITH), url=url, model="small", key="s3cret")
    assert [body["messages"][-1]["content"] for _, _, body in server.asked] == [ACME, ZENITH]
    for path, headers, body in server.asked:
        assert path == "/v1/chat/completions"
        assert headers["Authorization"] == "Bearer s3cret"
        assert (body["model"], body["temperature"], body["stream"]) == ("small", 0, False)
        sent = json.dumps(body)
        for kept in ("ana@", "Ana Lee", "row ", "A heading", "For the writer", GAP):
            assert kept not in sent


def test_without_a_key_and_a_model_none_is_sent():
    with model(lambda said: said) as (server, url):
        polish(draft(ACME), url=f"{url}/chat/completions")
    path, headers, body = server.asked[0]
    assert path == "/v1/chat/completions"
    assert "Authorization" not in headers
    assert "model" not in body


def test_the_same_sentence_is_asked_for_once():
    with model(lambda _: BETTER) as (server, url):
        done = polish(draft(ACME, ACME), url=url)
    assert len(server.asked) == 1
    assert (texts(done.draft)[:2], done.changed) == ([BETTER, BETTER], 2)


def test_a_gap_stays_even_where_a_sentence_says_the_same():
    done = answered(lambda _: "Who has called Acme?", GAP)
    assert texts(done.draft) == ["Who has called Acme?", GAP]
    assert done.changed == 1


def test_a_draft_of_gaps_alone_asks_nothing():
    with model(lambda _: BETTER) as (server, url):
        done = polish(draft(), url=url)
    assert (server.asked, done.notes) == ([], ())


def test_a_pasted_note_is_not_sent():
    long = "A word " * (LONGEST // 7 + 1)
    with model(lambda said: said) as (server, url):
        done = polish(draft(long), url=url)
    assert server.asked == []
    assert done.rejected[0].reason.startswith("The sentence is too long")


def test_how_far_it_is_is_told():
    told = []
    answered(lambda said: said, ACME, ZENITH, each=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]


# ── a server that does not do as it should ──────────────────────────────────────────────────────
def status(code, content, **headers):
    return lambda _: lambda handler: handler.reply(code, content, **headers)


def test_a_server_that_is_down_is_one_message():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
        with pytest.raises(UsageError, match="it cannot be reached") as refused:
            polish(draft(ACME), url=url)
    assert "Check that it runs" in refused.value.remedy


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (status(404, {"error": {"message": "model 'x' not found"}}), "404: model 'x' not found."),
        (status(404, {"error": "no such model"}), "404: no such model."),
        (status(401, {"error": {}}), "it says 401."),
        (status(500, b"<h1>oops</h1>"), "it says 500."),
        (status(200, b"<html>a page</html>"), "no answer of a model, but a page."),
        (status(200, b"\xff\xfe"), "no answer of a model, but something else."),
        (status(200, b""), "but something else."),
        (status(200, b"[" * 100_000), "but something else."),
        (status(200, {"choices": []}), "but something else."),
        (status(200, {"choices": [{"message": {"content": None}}]}), "but something else."),
        (status(200, {"choices": [{"message": {"content": [1]}}]}), "but something else."),
        (status(200, b"x" * (MOST_BYTES + 1)), "it does not end."),
    ],
)
def test_an_answer_that_is_none_is_one_message(answer, says):
    assert says in refusal(answer)


def test_what_a_server_says_of_itself_is_shown_clean_and_short():
    said = refusal(status(400, {"error": {"message": "\x1b[31m" + "x\n" * 5_000}}))
    assert "\x1b" not in said
    assert len(said) < 500


def test_a_redirect_is_not_followed():
    with model(lambda said: said) as (other, elsewhere):
        answer = status(307, b"", Location=f"{elsewhere}/chat/completions")
        assert "not followed" in refusal(answer, key="s3cret")
    assert other.asked == []


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch):
    with model(lambda said: said) as (proxy, address):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, address)
        monkeypatch.delenv("no_proxy", raising=False)
        assert texts(answered(lambda _: BETTER).draft)[0] == BETTER
    assert proxy.asked == []


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.02)


def endless_head(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: x\r\n")
        time.sleep(0.02)


def silent(handler):
    time.sleep(2)


@pytest.mark.parametrize("answer", [endless, endless_head, silent])
def test_an_answer_that_comes_too_slowly_or_never_ends_is_ended(answer):
    began = time.perf_counter()
    assert "longer than 0.3 seconds" in refusal(lambda _: answer, timeout=0.3)
    assert time.perf_counter() - began < 5


def test_a_server_that_hangs_up_is_one_message():
    assert "it cannot be reached" in refusal(lambda _: lambda handler: handler.connection.close())


def test_what_is_polished_stays_when_the_server_stops_on_the_way():
    third = "Acme grew by 5 seats."

    def stops(said):
        return BETTER if said == ACME else lambda handler: handler.connection.close()

    done = answered(stops, ACME, ZENITH, third)
    assert texts(done.draft) == [BETTER, ZENITH, third, GAP]
    assert done.rejected[0][:2] == (ZENITH, "")
    assert done.rejected[0].reason.startswith("No answer: it cannot be reached")
    assert done.notes[1] == "The server stopped answering, so 1 more sentences stayed as they were."


def test_one_slow_answer_does_not_stop_the_others():
    def slow_once(said):
        return silent if said == ZENITH else BETTER if said == ACME else said

    done = answered(slow_once, "Acme grew.", ZENITH, ACME, timeout=0.3)
    assert texts(done.draft) == ["Acme grew.", ZENITH, BETTER, GAP]
    assert "longer than 0.3 seconds" in done.rejected[0].reason


# ── where it is ─────────────────────────────────────────────────────────────────────────────────
def found(*addresses):
    """A look-up that finds these addresses, whatever is asked."""
    return lambda host, port, **_: [
        (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
        for a in addresses
    ]


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("127.0.0.1", "machine"),
        ("127.8.9.1", "machine"),
        ("::1", "machine"),
        ("::ffff:127.0.0.1", "machine"),
        ("10.1.2.3", "network"),
        ("172.31.0.9", "network"),
        ("192.168.1.20", "network"),
        ("169.254.3.4", "network"),
        ("fe80::1%eth0", "network"),
        ("fd12::5", "network"),
    ],
)
def test_this_machine_and_a_private_network_are_near(monkeypatch, address, where):
    monkeypatch.setattr(polish_server.socket, "getaddrinfo", found(address))
    assert server_at("http://model.example:8080/v1").where == where


@pytest.mark.parametrize(
    "addresses",
    [
        ("93.184.216.34",),
        ("172.32.0.1",),
        ("0.0.0.0",),
        ("100.64.0.1",),
        ("192.0.2.1",),
        ("2606:2800::1",),
        ("::ffff:93.184.216.34",),
        ("127.0.0.1", "93.184.216.34"),
    ],
)
def test_any_other_address_is_refused_unless_it_is_allowed(monkeypatch, addresses):
    monkeypatch.setattr(polish_server.socket, "getaddrinfo", found(*addresses))
    with pytest.raises(UsageError, match="outside this machine and your own network"):
        server_at("https://model.example/v1")
    assert server_at("https://model.example/v1", anywhere=True).where == "anywhere"


def test_a_name_of_the_local_network_is_near_only_where_its_address_is(monkeypatch):
    monkeypatch.setattr(polish_server.socket, "getaddrinfo", found("192.168.1.7"))
    assert server_at("http://studio.local:1234/v1").where == "network"
    monkeypatch.setattr(polish_server.socket, "getaddrinfo", found("2606:2800::1"))
    with pytest.raises(UsageError, match="outside"):
        server_at("http://studio.local:1234/v1")


def test_an_address_with_a_letter_that_no_address_has_is_none():
    with pytest.raises(UsageError):
        server_at("http://127.0.0.1:8080/vé")


def test_where_sentences_went_is_said(monkeypatch):
    with model(lambda said: said) as (_, url):
        assert polish(draft(ACME), url=url).notes == (
            f"Sentences went to {url[7:-3]}, which is this machine.",
        )
        monkeypatch.setattr(polish_server, "_near", lambda address: False)
        with pytest.raises(UsageError, match="confidential"):
            polish(draft(ACME), url=url)
        (note,) = polish(draft(ACME), url=url, anywhere=True).notes
    assert note.endswith("which is outside this machine and your own network.")


def test_a_name_that_leads_elsewhere_later_is_not_asked_again(monkeypatch):
    with model(lambda said: said) as (server, _):
        port = server.server_port
        asked = []

        def once(host, at, **_):
            asked.append(host)
            return found("127.0.0.1" if len(asked) == 1 else "93.184.216.34")(host, at)

        near = server_at("http://127.0.0.1:1/v1")
        assert near.where == "machine"
        monkeypatch.setattr(polish_server.socket, "create_connection", _direct)
        monkeypatch.setattr(polish_server.socket, "getaddrinfo", once)
        polish(draft(ACME, ZENITH), url=f"http://model.example:{port}/v1")
    assert asked == ["model.example"]
    assert [headers["Host"] for _, headers, _ in server.asked] == [f"model.example:{port}"] * 2


def _direct(address, timeout=None):
    """A connection to an address in figures, without a look-up."""
    line = socket.socket()
    line.settimeout(timeout)
    line.connect(address)
    return line


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8080/v1",
        "ftp://127.0.0.1/v1",
        "file:///etc/passwd",
        "http://",
        "http://user:s3cret@127.0.0.1/v1",
        "http://127.0.0.1/v1?x=1",
        "http://127.0.0.1/v1#x",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1/v1 /x",
        "http://127.0.0.1/v1\r\nX: y",
        "http://[::1/v1",
    ],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(UsageError, match="is not an address of a model") as refused:
        server_at(url)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("url", ["", "  "])
def test_there_is_no_address_by_default(url):
    with pytest.raises(UsageError, match="No address of a model is given"):
        polish(draft(ACME), url=url)
    with pytest.raises(TypeError):
        polish(draft(ACME))


def test_a_host_that_is_not_found_is_named():
    with pytest.raises(UsageError, match=r"No machine called nowhere\.invalid is found"):
        server_at("http://nowhere.invalid/v1")


@pytest.mark.parametrize("key", ["a\r\nX: y", "a b", "ключ"])
def test_a_key_that_is_none_is_refused_and_not_shown(key):
    with pytest.raises(UsageError, match="characters that no key has") as refused:
        polish(draft(ACME), url="http://127.0.0.1:1/v1", key=key)
    assert key not in str(refused.value)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_a_time_to_wait_is_more_than_none(timeout):
    with pytest.raises(UsageError, match="not a time to wait"):
        polish(draft(ACME), url="http://127.0.0.1:1/v1", timeout=timeout)
