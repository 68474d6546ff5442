"""The first section of a draft: composition with outcome, targets, and the balance."""

from __future__ import annotations

from collections.abc import Iterator

from csmkit.compute.standing import headline
from csmkit.text import by_unit, count_of, missing
from csmkit.words.balance import all_of, balance_of
from csmkit.words.draft import Paragraph, Sentence
from csmkit.words.drafts_returns import resolved_and_returned, returns_part
from csmkit.words.drafts_said import Writer, name_of
from csmkit.words.facts import Row

_SOURCES = ("composition of the owned opening, and outcomes of the period",)
_BALANCE = ("renewals that fell due, expansion of the owned opening, practice, and losses",)
_TARGETS = {"nrr": "NRR", "grr": "GRR", "expansion_arr": "expansion"}


def headline_part(writer: Writer) -> list[Paragraph]:
    """The paragraphs of the first section."""
    makers = {"csm": _of_csm, "onboarding": _of_onboarding, "cs_ops": _of_ops}
    paragraphs = [part for part in makers[writer.role](writer) if part.sentences]
    if writer.level == "ramping":
        # The balance tells practice before results.
        paragraphs.reverse()
    if not writer.person.level:
        paragraphs.append(Paragraph((writer.ask("level"),)))
    return paragraphs


def _of_csm(writer: Writer) -> Iterator[Paragraph]:
    text = headline(writer.cycle, person_id=writer.who)
    name = str(writer.row["name"])
    text = text.replace(name, "I" if writer.kind == "self" else name_of(name), 1)
    if writer.person.rows("owned"):
        yield Paragraph((Sentence(text, _SOURCES), *_targets(writer)))
        yield Paragraph((Sentence(balance_of(writer.person), _BALANCE),))
    else:
        yield Paragraph((writer.ask("headline", why=text),))


def _targets(writer: Writer) -> Iterator[Sentence]:
    parts, labels = [], []
    for metric, label in _TARGETS.items():
        figure = writer.person.figure(metric)
        if figure is None or missing(figure["target"]):
            continue
        target = by_unit(figure["target"], str(figure["unit"]), currency=writer.cycle.currency)
        # The sentence before tells what was kept; of expansion it tells no sum.
        if metric == "expansion_arr":
            told = writer.person.told(metric)
            parts.append(writer.part("target_told", target=target, label=label, told=told))
        else:
            parts.append(writer.part("target_of", target=target, label=label))
        labels.append(label)
    if parts:
        yield writer.say("targets", f"targets of {all_of(labels)}", parts=all_of(parts))


# ── the other roles ─────────────────────────────────────────────────────────────────────────────
def _of_onboarding(writer: Writer) -> Iterator[Paragraph]:
    yield Paragraph(tuple(_onboardings(writer)))


def _onboardings(writer: Writer) -> Iterator[Sentence]:
    person = writer.person
    done = person.figure("onboardings_completed")
    if done is None or not person.rows("onboardings"):
        yield writer.ask("headline", why="No onboarding of the period is on record")
        return
    csat, ttv = person.figure("onboarding_csat"), person.figure("time_to_value_days")
    parts = person.share("first_milestone_rate")
    scored = waited = reached = ""
    if csat is not None and not missing(csat["n"]):
        score = f"{float(csat['value']):.1f}"
        count = count_of(float(csat["n"]), "answer")
        scored = writer.part("onboarding_csat", score=score, count=count)
    if ttv is not None:
        days, over = by_unit(ttv["value"], "days"), f"{float(ttv['n']):,.0f}"
        slots = {"before": _before(writer), "target": _target_of_value(writer, ttv)}
        waited = writer.part("onboarding_ttv", days=days, over=over, **slots)
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
    yield writer.say("not_role_lost" if person.rows("losses") else "not_role")


def _before(writer: Writer) -> str:
    """The median before the period, and over how many: of two it says little."""
    figure = writer.person.figure("time_to_value_before")
    if figure is None:
        return ""
    days, over = by_unit(figure["value"], "days"), f"{float(figure['n']):,.0f}"
    return writer.part("onboarding_before", before=days, over=over)


def _target_of_value(writer: Writer, figure: Row) -> str:
    if missing(figure["target"]):
        return ""
    return writer.part("onboarding_target", target=by_unit(figure["target"], "days"))


def _of_ops(writer: Writer) -> Iterator[Paragraph]:
    yield Paragraph(tuple(_operations(writer)))


def _operations(writer: Writer) -> Iterator[Sentence]:
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
        slots["again"] = returns_part(writer)
        told = count_of(float(count["value"]), "escalation")
        yield writer.say("role_ops", "escalations of the period", escalations=told, **slots)
        yield from resolved_and_returned(writer)
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
