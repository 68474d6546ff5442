"""An onboarding plan laid out as a document."""

from __future__ import annotations

from collections.abc import Iterator

from csmkit.growth.onboarding_plan import OnboardingPlan, Part, Step
from csmkit.render.plan_blocks import (
    Block,
    Document,
    Facts,
    Heading,
    Space,
    Words,
    fact,
    line,
    points,
    says,
    texts,
)
from csmkit.render.plan_pages import colour_word, proofs
from csmkit.text import day

_SPACE = 2


def onboarding_document(plan: OnboardingPlan) -> Document:
    """An onboarding plan as its files show it.

    Parameters
    ----------
    plan : OnboardingPlan
        From `csmkit.growth.onboarding_plan.onboarding_plan`.
    """
    about = [texts()["roles"][plan.role]]
    about += [says("onboarding", "starts", start=day(plan.start))] if plan.start else []
    return Document(
        kind=texts()["kinds"]["onboarding"],
        title=line(says("onboarding", "title_name" if plan.name else "title", name=plan.name)),
        about=tuple(about),
        lead=line(says("onboarding", "lead", matrix=plan.matrix)),
        blocks=tuple(_blocks(plan)),
        name=plan.name,
        person_id=plan.name,
        ending="onboarding",
    )


def _blocks(plan: OnboardingPlan) -> Iterator[Block]:
    yield Words(line(plan.rule), note=True)
    for part in plan.parts:
        yield from _part(part)
    if plan.lacking:
        yield Heading(says("plan", "lacking"))
        yield from points(plan.lacking)


def _part(part: Part) -> Iterator[Block]:
    name = "part_day" if part.day else "part"
    yield Heading(says("onboarding", name, title=part.title, day=day(part.day)))
    if not part.steps:
        yield Words(says("onboarding", "nothing"), note=True)
        return
    for step in part.steps:
        yield from _step(step)
    yield Words(says("onboarding", "said_then"), note=True)
    yield Space(_SPACE)


def _step(step: Step) -> Iterator[Block]:
    of, expected = step.competency, step.expected
    yield Heading(line(of.name), 2)
    yield Words(line(of.about))
    yield Facts(
        (
            *fact(
                says("onboarding", "expected"),
                (expected.text or colour_word(expected.colour)) if expected else "",
                colour=expected.colour if expected else "",
            ),
            *fact(says("onboarding", "shadow"), step.shadow),
            *fact(says("onboarding", "do"), of.practice),
            *fact(says("onboarding", "ask"), of.ask),
            *fact(says("onboarding", "strong"), *of.strong),
            *fact(says("onboarding", "show"), *proofs(of.evidence)),
            *fact(says("onboarding", "check"), step.check),
        )
    )
