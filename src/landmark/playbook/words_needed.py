"""Which labels and sentences a playbook needs in every language, and whether they are there.

Answers: the full list of wording keys with the part of the files that asks for each; what a language lacks or has too
much. Does not answer: whether a sentence is a good one.
"""

from collections.abc import Iterator

from landmark.playbook.decision import words_of_decision
from landmark.playbook.discovery import words_of_discovery
from landmark.playbook.lint_action_plans import words_of_plans
from landmark.playbook.lint_last_mile import words_of_last_mile
from landmark.playbook.relationships import words_of_people
from landmark.playbook.schema import Loc, Playbook, Strength
from landmark.playbook.source import Finding
from landmark.playbook.wording import names_in
from landmark.playbook.words_rubrics import words_of_qualification

Need = tuple[str, Loc]

MESSAGES = (
    "our_team", "person", "weak", "expired", "promise_due", "not_met", "role_not_met", "adversary", "step_late",
    "step_incomplete", "lacking_words", "lacking_owner", "lacking_date", "step_far",
    "refresh", "no_next_step", "over_age",
)  # fmt: skip
STATUSES = ("passed", "promised", "overridden", "held", "warned", "off")
LABELLED = (
    ("stances", "stance"), ("loss_reasons", "loss_reason"), ("win_reasons", "win_reason"),
    ("pause_triggers", "pause_trigger"),
)  # fmt: skip


def words_needed(playbook: Playbook) -> Iterator[Need]:
    """Every wording key the playbook and the engines may ask for."""
    yield from (("playbook.label", ("key",)), ("playbook.summary", ("key",)))
    yield from _of_stages(playbook)
    yield from _of_data_points(playbook)
    yield from _of_gates(playbook)
    yield from _of_people_and_reasons(playbook)
    yield from _of_funnel(playbook)
    yield from words_of_qualification(playbook)
    yield from words_of_people(playbook)
    yield from words_of_decision(playbook.decision)
    yield from words_of_discovery(playbook.discovery)
    yield from words_of_last_mile(playbook)
    yield from words_of_plans(playbook)
    fixed = (
        *(f"message.{name}" for name in MESSAGES),
        *(f"status.{name}.label" for name in STATUSES),
        *(f"strength.{strength.key}.label" for strength in Strength),
        *(f"mode.{mode}.label" for mode in ("off", "warn", "block")),
        *(f"door.{door}.label" for door in ("every_move", "meeting")),
    )
    yield from ((key, ("key",)) for key in fixed)


def _of_stages(playbook: Playbook) -> Iterator[Need]:
    for index, stage in enumerate(playbook.stages):
        loc: Loc = ("stages", index)
        yield f"stage.{stage.key}.label", loc
        yield f"stage.{stage.key}.summary", loc
        yield f"owner.{stage.owner}.label", loc
        for name in ("entry", "exit", "no_go"):
            for number, item in enumerate(getattr(stage, name)):
                yield f"stage.{stage.key}.{name}.{item}", (*loc, name, number)
    for role in ("manager", "sales_operations", "executive", "administrator"):
        yield f"owner.{role}.label", ("stages",)


def _of_data_points(playbook: Playbook) -> Iterator[Need]:
    for name, word in (("milestones", "milestone"), ("evidence", "evidence")):
        for index, item in enumerate(getattr(playbook, name)):
            yield f"{word}.{item.key}.label", (name, index)
            yield f"{word}.{item.key}.proof", (name, index)
    for index, attribute in enumerate(playbook.attributes):
        yield f"attribute.{attribute.key}.label", ("attributes", index)
        yield f"attribute.{attribute.key}.help", ("attributes", index)
        for choice in attribute.choices:
            yield f"attribute.{attribute.key}.choice.{choice}", ("attributes", index)


def _of_gates(playbook: Playbook) -> Iterator[Need]:
    for index, gate in enumerate(playbook.gates):
        loc: Loc = ("gates", index)
        yield f"gate.{gate.key}.label", loc
        yield f"gate.{gate.key}.question", loc
        yield from ((f"gate.{gate.key}.output.{key}", (*loc, "outputs")) for key in gate.outputs)
        yield from ((f"gate.{gate.key}.route.{key}", (*loc, "fail_routes")) for key in gate.fail_routes)
        for number, check in enumerate(gate.checks):
            for word in ("label", "why", "next_step"):
                yield f"gate.{gate.key}.check.{check.key}.{word}", (*loc, "checks", number)


def _of_people_and_reasons(playbook: Playbook) -> Iterator[Need]:
    for index, role in enumerate(playbook.roles):
        yield f"role.{role.key}.label", ("roles", index)
        yield f"role.{role.key}.phrase", ("roles", index)
    for name, word in LABELLED:
        for index, item in enumerate(getattr(playbook, name)):
            yield f"{word}.{item.key}.label", (name, index)


def _of_funnel(playbook: Playbook) -> Iterator[Need]:
    for index, step in enumerate(playbook.benchmarks.funnel):
        loc: Loc = ("benchmarks", "funnel", index)
        yield f"funnel.{step.key}.label", loc
        yield f"funnel.{step.key}.cause", loc
        yield f"funnel.{step.key}.guardrail.{step.guardrail}", loc
        yield from ((f"funnel.{step.key}.action.{key}", loc) for key in step.actions)
    for index, state in enumerate(playbook.benchmarks.states):
        loc = ("benchmarks", "states", index)
        yield f"funnel_state.{state.key}.label", loc
        if state.stage is None:
            yield f"funnel_state.{state.key}.absent", loc
    for index, review in enumerate(playbook.benchmarks.date_reviews):
        loc = ("benchmarks", "date_reviews", index)
        yield f"date_review.{review.key}.label", loc
        yield f"date_review.{review.key}.next_step", loc
    for index, role in enumerate(playbook.benchmarks.targets.roles):
        yield f"target_role.{role.key}.label", ("benchmarks", "targets", "roles", index)


def judge_wording(playbook: Playbook) -> Iterator[Finding]:
    """Sentences that are missing, unused, or fill in other names than the English ones."""
    needed = dict(words_needed(playbook))
    for lang in playbook.languages or ("en",):
        words = playbook.wording(lang)
        for key, loc in needed.items():
            if key not in words:
                yield Finding(
                    playbook.where(*loc), f"wording/{lang}.yaml lacks `{key}`; add a sentence", code="missing-wording"
                )
        for key in words:
            if key not in needed and _is_own(playbook, lang, key):
                message = f"nothing uses `{key}`; remove it, or check its spelling"
                yield Finding(playbook.where("wording", lang, key), message, level="warning", code="unused-wording")
    yield from _blanks(playbook)


def _is_own(playbook: Playbook, lang: str, key: str) -> bool:
    """Written by this playbook, not by the one it extends, whose sentences may be more than this one needs."""
    return playbook.where("wording", lang, key).file.startswith("wording/")


def _blanks(playbook: Playbook) -> Iterator[Finding]:
    """``{names}`` a translation dropped or invented, measured against English."""
    english = playbook.wording("en")
    for lang in playbook.languages:
        for key, sentence in playbook.wording(lang).items():
            wanted, found = names_in(english.get(key, sentence)), names_in(sentence)
            if wanted != found:
                shown = ", ".join(f"{{{name}}}" for name in sorted(wanted ^ found))
                message = f"`{key}` differs from English in {shown}; use the same names in braces"
                yield Finding(playbook.where("wording", lang, key), message, code="wording-names")
