"""The first section of a draft: composition with outcome, targets, and the balance."""

from __future__ import annotations

from collections.abc import Iterator

from csmkit.compute.standing import headline
from csmkit.text import by_unit, count_of, missing
from csmkit.words.balance import all_of, balance_of
from csmkit.words.draft import Paragraph, Sentence
from csmkit.words.drafts_said import Writer, name_of

_SOURCES = ("composition of the owned opening", "outcomes of the period")
_BALANCE = ("renewals that fell due", "expansion of the owned opening", "practice", "losses")
_TARGETS = {"nrr": "NRR", "grr": "GRR", "expansion_arr": "expansion"}


def headline_part(writer: Writer) -> list[Paragraph]:
    """The paragraphs of the first section."""
    makers = {"csm": _of_csm, "onboarding": _of_onboarding, "cs_ops": _of_ops}
    sentences = list(makers[writer.role](writer))
    if not writer.person.level:
        sentences.append(writer.ask("level"))
    return [Paragraph(tuple(sentences))]


def _of_csm(writer: Writer) -> Iterator[Sentence]:
    text = headline(writer.cycle, person_id=writer.who)
    name = str(writer.row["name"])
    text = text.replace(name, "I" if writer.kind == "self" else name_of(name), 1)
    if writer.person.rows("owned"):
        yield Sentence(text, _SOURCES)
    else:
        yield writer.ask("headline", why=text)
        return
    yield from _targets(writer)
    yield Sentence(balance_of(writer.person), _BALANCE)


def _targets(writer: Writer) -> Iterator[Sentence]:
    parts, sources = [], []
    for metric, label in _TARGETS.items():
        figure = writer.person.figure(metric)
        if figure is None or missing(figure["target"]):
            continue
        target = by_unit(figure["target"], str(figure["unit"]), currency=writer.cycle.currency)
        told = writer.person.told(metric)
        parts.append(writer.part("target_of", target=target, label=label, told=told))
        sources.append(f"{figure['label']}, with its target")
    if parts:
        yield writer.say("targets", *sources, parts=all_of(parts))


# ── the other roles ─────────────────────────────────────────────────────────────────────────────
def _of_onboarding(writer: Writer) -> Iterator[Sentence]:
    person = writer.person
    done = person.figure("onboardings_completed")
    if done is None or not person.rows("onboardings"):
        yield writer.ask("headline", why="No onboarding of the period is on record")
        return
    csat, ttv = person.figure("onboarding_csat"), person.figure("time_to_value_days")
    before, parts = person.value("time_to_value_before"), person.share("first_milestone_rate")
    scored = waited = reached = ""
    if csat is not None and not missing(csat["n"]):
        score = f"{float(csat['value']):.1f}"
        count = count_of(float(csat["n"]), "answer")
        scored = writer.part("onboarding_csat", score=score, count=count)
    if ttv is not None:
        was = by_unit(before, "days") if before == before else ""
        earlier = writer.part("onboarding_before", before=was) if was else ""
        days = by_unit(ttv["value"], "days")
        waited = writer.part("onboarding_ttv", days=days, before=earlier)
    if parts is not None and parts[1]:
        done_of = {"done": f"{parts[0]:,.0f}", "of": count_of(parts[1], "onboarding")}
        reached = writer.part("onboarding_milestone", **done_of)
    completed = count_of(float(done["value"]), "onboarding")
    yield writer.say(
        "role_onboarding",
        "onboardings of the period",
        completed=completed,
        csat=scored,
        ttv=waited,
        milestone=reached,
    )
    yield writer.say("not_role")


def _of_ops(writer: Writer) -> Iterator[Sentence]:
    person = writer.person
    count = person.figure("escalations")
    improved = person.figure("process_improvements")
    if count is None or not person.rows("escalations"):
        yield writer.ask("headline", why="No escalation of the period is on record")
    else:
        slots = {}
        for slot, metric, key in (
            ("sla", "escalations_in_sla", "ops_sla"),
            ("alone", "resolved_alone", "ops_alone"),
            ("again", "escalation_recurrence", "ops_again"),
        ):
            parts = person.share(metric)
            slots[slot] = (
                writer.part(key, done=f"{parts[0]:,.0f}", of=f"{parts[1]:,.0f}")
                if parts is not None and parts[1]
                else ""
            )
        took = person.figure("resolution_days")
        days = by_unit(took["value"], "days") if took is not None else ""
        slots["days"] = writer.part("ops_days", days=days) if days else ""
        told = count_of(float(count["value"]), "escalation")
        yield writer.say("role_ops", "escalations of the period", escalations=told, **slots)
    if improved is not None and float(improved["value"]):
        number = float(improved["value"])
        yield writer.say(
            "improvements",
            "evidence of playbooks",
            count=count_of(number, "change"),
            is_are="is" if number == 1 else "are",
        )
    else:
        yield writer.ask("improvements")
    yield writer.say("not_role_ops")
