"""csmkit: a calibration kit for customer success teams.

The everyday names, loaded when they are first used; the rest is in named modules.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# The allocator that Arrow brings holds on to 40 MB in each process, and makes nothing here faster.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
# The bias checks multiply many small matrices: threads that wait for each other cost half as much
# again, beside packets' processes that want the processors.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if TYPE_CHECKING:
    from csmkit.bias.agreement import rater_agreement as rater_agreement
    from csmkit.bias.apart import apart_from_manager as apart_from_manager
    from csmkit.bias.apart import raters_apart as raters_apart
    from csmkit.bias.checks import bias_checks as bias_checks
    from csmkit.bias.checks import bias_lines as bias_lines
    from csmkit.bias.context import case_mix as case_mix
    from csmkit.bias.context import case_mix_note as case_mix_note
    from csmkit.bias.context import team_checks as team_checks
    from csmkit.bias.context import team_context as team_context
    from csmkit.bias.corrections import leave_one_out as leave_one_out
    from csmkit.bias.corrections import never_seen as never_seen
    from csmkit.bias.corrections import never_seen_by_person as never_seen_by_person
    from csmkit.bias.corrections import outcomes_without_recent as outcomes_without_recent
    from csmkit.bias.corrections import rating_beside_book as rating_beside_book
    from csmkit.bias.expected import expected_retention as expected_retention
    from csmkit.bias.pictures import attended_ratings as attended_ratings
    from csmkit.bias.pictures import case_mix_funnel as case_mix_funnel
    from csmkit.bias.second_raters import plan_second_raters as plan_second_raters
    from csmkit.compute.composition import books_side_by_side as books_side_by_side
    from csmkit.compute.composition import composition as composition
    from csmkit.compute.composition import composition_mix as composition_mix
    from csmkit.compute.criteria import level_criteria as level_criteria
    from csmkit.compute.drivers import arr_bridge as arr_bridge
    from csmkit.compute.drivers import drivers as drivers
    from csmkit.compute.drivers import loss_signals as loss_signals
    from csmkit.compute.drivers import losses as losses
    from csmkit.compute.drivers import ownership_timeline as ownership_timeline
    from csmkit.compute.drivers import time_lag as time_lag
    from csmkit.compute.evidence import accounts_without_evidence as accounts_without_evidence
    from csmkit.compute.evidence import agreements as agreements
    from csmkit.compute.evidence import evidence_coverage as evidence_coverage
    from csmkit.compute.evidence import evidence_timeline as evidence_timeline
    from csmkit.compute.evidence import months_without_evidence as months_without_evidence
    from csmkit.compute.evidence import unmetered_work as unmetered_work
    from csmkit.compute.evidence import without_evidence_by_person as without_evidence_by_person
    from csmkit.compute.follow_up import follow_up as follow_up
    from csmkit.compute.health import health_movement as health_movement
    from csmkit.compute.health import health_summary as health_summary
    from csmkit.compute.limits import cannot_tell as cannot_tell
    from csmkit.compute.limits import files_read as files_read
    from csmkit.compute.limits import provenance as provenance
    from csmkit.compute.limits import tables_read as tables_read
    from csmkit.compute.outcomes import against_targets as against_targets
    from csmkit.compute.outcomes import outcomes as outcomes
    from csmkit.compute.people import with_names as with_names
    from csmkit.compute.practice import planned_rule as planned_rule
    from csmkit.compute.practice import practice as practice
    from csmkit.compute.qbr_draw import qbr_draw as qbr_draw
    from csmkit.compute.results import attribution_rules as attribution_rules
    from csmkit.compute.results import movements as movements
    from csmkit.compute.self_check import self_check as self_check
    from csmkit.compute.standing import headline as headline
    from csmkit.compute.standing import profile as profile
    from csmkit.compute.standing import standing as standing
    from csmkit.compute.team import team_bands as team_bands
    from csmkit.compute.voice import csm_comments as csm_comments
    from csmkit.cycle import Book as Book
    from csmkit.cycle import Cycle as Cycle
    from csmkit.cycle import Period as Period
    from csmkit.growth.changes import cycle_changes as cycle_changes
    from csmkit.growth.goals import goals_kept as goals_kept
    from csmkit.growth.next_level import next_level as next_level
    from csmkit.growth.onboarding_plan import onboarding_plan as onboarding_plan
    from csmkit.growth.one_to_one import one_to_one as one_to_one
    from csmkit.growth.plan import development_plan as development_plan
    from csmkit.growth.team import team_gaps as team_gaps
    from csmkit.growth.themes import training_themes as training_themes
    from csmkit.growth.trend import skill_trend as skill_trend
    from csmkit.load.assistant.propose import propose_map as propose_map
    from csmkit.load.findings import summarise_findings as summarise_findings
    from csmkit.load.findings_file import write_findings as write_findings
    from csmkit.load.read import check_export as check_export
    from csmkit.load.read import read_export as read_export
    from csmkit.matrix.check import check_matrix as check_matrix
    from csmkit.matrix.cited import evidence_cited as evidence_cited
    from csmkit.matrix.cited import values_without_item as values_without_item
    from csmkit.matrix.cited import without_item_note as without_item_note
    from csmkit.matrix.gaps import skill_gaps as skill_gaps
    from csmkit.matrix.levels import levels_given as levels_given
    from csmkit.matrix.model import matrix_of as matrix_of
    from csmkit.matrix.read import read_matrix as read_matrix
    from csmkit.matrix.standing import matrix_coverage as matrix_coverage
    from csmkit.matrix.standing import matrix_standing as matrix_standing
    from csmkit.matrix.versions import matrix_note as matrix_note
    from csmkit.meeting.effects import meeting_effects as meeting_effects
    from csmkit.meeting.reproduce import meeting_record as meeting_record
    from csmkit.panels.capture import capture_panel as capture_panel
    from csmkit.panels.desk import scoring_desk as scoring_desk
    from csmkit.panels.feedback import feedback_panel as feedback_panel
    from csmkit.panels.heatmap import heatmap_panel as heatmap_panel
    from csmkit.panels.level import level_panel as level_panel
    from csmkit.panels.lint import lint_panel as lint_panel
    from csmkit.panels.mapping import map_panel as map_panel
    from csmkit.panels.meeting import meeting_panel as meeting_panel
    from csmkit.panels.prevote import prevote_panel as prevote_panel
    from csmkit.panels.scoring import score_panel as score_panel
    from csmkit.panels.self_assessment import hand_in_panel as hand_in_panel
    from csmkit.panels.self_assessment import open_self as open_self
    from csmkit.panels.self_assessment import self_panel as self_panel
    from csmkit.panels.voice import voice_panel as voice_panel
    from csmkit.render.calendar_file import render_calendar as render_calendar
    from csmkit.render.draft_files import render_draft as render_draft
    from csmkit.render.pack import render_pack as render_pack
    from csmkit.render.record import render_record as render_record
    from csmkit.render.self_kit import self_assessment_kit as self_assessment_kit
    from csmkit.render.slice_folder import read_book as read_book
    from csmkit.render.slices import book_of as book_of
    from csmkit.samples import sample_team as sample_team
    from csmkit.store.open import open_store as open_store
    from csmkit.view.charts import chart_attended as chart_attended
    from csmkit.view.charts import chart_bands as chart_bands
    from csmkit.view.charts import chart_coverage as chart_coverage
    from csmkit.view.charts import chart_evidence as chart_evidence
    from csmkit.view.charts import chart_funnel as chart_funnel
    from csmkit.view.charts import chart_gaps as chart_gaps
    from csmkit.view.charts import chart_health as chart_health
    from csmkit.view.charts import chart_mix as chart_mix
    from csmkit.view.charts import chart_timeline as chart_timeline
    from csmkit.view.charts import chart_waterfall as chart_waterfall
    from csmkit.view.tables import note as note
    from csmkit.view.tables import table_composition as table_composition
    from csmkit.view.tables import table_metrics as table_metrics
    from csmkit.view.tables import table_rows as table_rows
    from csmkit.words.balance import balance as balance
    from csmkit.words.draft_text import draft_markdown as draft_markdown
    from csmkit.words.drafts import review_draft as review_draft
    from csmkit.words.drafts import self_evaluation_draft as self_evaluation_draft
    from csmkit.words.drafts_bullets import bullets_draft as bullets_draft
    from csmkit.words.inventory import inventory as inventory
    from csmkit.words.inventory_short import inventory_in_short as inventory_in_short
    from csmkit.words.phrases import phrases as phrases
    from csmkit.words.pre_review import defining_moments as defining_moments
    from csmkit.words.pre_review_agenda import pre_review_agenda as pre_review_agenda
    from csmkit.words.review import check_review as check_review
    from csmkit.words.score_differences import score_differences as score_differences
    from csmkit.workspace import find_export as find_export

_HOMES = {
    "cycle": "Book Cycle Period",
    "bias.agreement": "rater_agreement",
    "bias.apart": "apart_from_manager raters_apart",
    "bias.checks": "bias_checks bias_lines",
    "bias.context": "case_mix case_mix_note team_checks team_context",
    "bias.corrections": "leave_one_out never_seen never_seen_by_person outcomes_without_recent"
    " rating_beside_book",
    "bias.expected": "expected_retention",
    "bias.pictures": "attended_ratings case_mix_funnel",
    "bias.second_raters": "plan_second_raters",
    "compute.people": "with_names",
    "compute.composition": "books_side_by_side composition composition_mix",
    "compute.drivers": "arr_bridge drivers loss_signals losses ownership_timeline time_lag",
    "compute.criteria": "level_criteria",
    "compute.evidence": "accounts_without_evidence agreements evidence_coverage evidence_timeline"
    " months_without_evidence unmetered_work without_evidence_by_person",
    "compute.health": "health_movement health_summary",
    "compute.limits": "cannot_tell files_read provenance tables_read",
    "compute.outcomes": "against_targets outcomes",
    "compute.practice": "planned_rule practice",
    "compute.results": "attribution_rules movements",
    "compute.standing": "headline profile standing",
    "compute.team": "team_bands",
    "compute.voice": "csm_comments",
    "growth.changes": "cycle_changes",
    "growth.goals": "goals_kept",
    "growth.next_level": "next_level",
    "growth.one_to_one": "one_to_one",
    "growth.onboarding_plan": "onboarding_plan",
    "growth.plan": "development_plan",
    "growth.team": "team_gaps",
    "growth.themes": "training_themes",
    "growth.trend": "skill_trend",
    "load.findings": "summarise_findings",
    "load.findings_file": "write_findings",
    "load.assistant.propose": "propose_map",
    "load.read": "check_export read_export",
    "matrix.check": "check_matrix",
    "matrix.cited": "evidence_cited values_without_item without_item_note",
    "matrix.gaps": "skill_gaps",
    "matrix.levels": "levels_given",
    "matrix.model": "matrix_of",
    "matrix.read": "read_matrix",
    "matrix.standing": "matrix_coverage matrix_standing",
    "matrix.versions": "matrix_note",
    "meeting.effects": "meeting_effects",
    "meeting.reproduce": "meeting_record",
    "panels.desk": "scoring_desk",
    "panels.feedback": "feedback_panel",
    "panels.heatmap": "heatmap_panel",
    "panels.level": "level_panel",
    "panels.mapping": "map_panel",
    "panels.meeting": "meeting_panel",
    "panels.prevote": "prevote_panel",
    "panels.scoring": "score_panel",
    "panels.self_assessment": "hand_in_panel open_self self_panel",
    "panels.voice": "voice_panel",
    "render.pack": "render_pack",
    "render.record": "render_record",
    "render.self_kit": "self_assessment_kit",
    "render.slice_folder": "read_book",
    "render.slices": "book_of",
    "samples": "sample_team",
    "store.open": "open_store",
    "view.charts": "chart_attended chart_bands chart_coverage chart_evidence chart_funnel"
    " chart_gaps chart_health chart_mix chart_timeline chart_waterfall",
    "view.tables": "note table_composition table_metrics table_rows",
    "words.phrases": "phrases",
    "words.review": "check_review",
    "compute.follow_up": "follow_up",
    "compute.self_check": "self_check",
    "compute.qbr_draw": "qbr_draw",
    "panels.capture": "capture_panel",
    "panels.lint": "lint_panel",
    "render.draft_files": "render_draft",
    "render.calendar_file": "render_calendar",
    "words.balance": "balance",
    "words.draft_text": "draft_markdown",
    "words.drafts": "review_draft self_evaluation_draft",
    "words.drafts_bullets": "bullets_draft",
    "words.inventory": "inventory",
    "words.inventory_short": "inventory_in_short",
    "words.pre_review": "defining_moments",
    "words.pre_review_agenda": "pre_review_agenda",
    "words.score_differences": "score_differences",
    "workspace": "find_export",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}
__all__ = ["__version__", *sorted(_HOME_OF)]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'csmkit' has no name {name!r}")
    value = getattr(import_module(f"csmkit.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
