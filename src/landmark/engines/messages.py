"""Plain sentences for verdicts. Answers: how a missing check is said, and whom to ask by name.
Does not answer: what is missing (``checks``). All words come from the playbook's wording."""

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

from landmark.engines.checks import Verdict, adversaries, last_fresh_day, people_in
from landmark.engines.facts import DealFacts, EvidenceFact, PromiseFact
from landmark.playbook.schema import Check, Gate, Playbook, Strength

_PATTERNS = {"en": "d MMMM y", "it": "d MMMM y"}


def say_date(day: date, lang: str) -> str:
    """A day in words; a language we cannot date in gets the ISO form."""
    pattern = _PATTERNS.get(lang[:2])
    return format_date(day, pattern, locale=lang[:2]) if pattern else day.isoformat()


def say(key: str, values: Mapping[str, object], playbook: Playbook, lang: str) -> str:
    """A message of the wording; dates, strengths, evidence keys and parts among the values become words."""
    return playbook.text(f"message.{key}", lang, **{k: _word(k, v, playbook, lang) for k, v in values.items()})


def _word(name: str, value: object, playbook: Playbook, lang: str) -> str:
    if isinstance(value, date):
        return say_date(value, lang)
    if isinstance(value, tuple):
        return ", ".join(playbook.text(f"message.{name}_{part}", lang) for part in value)
    if isinstance(value, Strength):
        return playbook.label("strength", value.key, lang)
    return playbook.label("milestone", str(value), lang) if name == "evidence" else str(value)


def say_who(check: Check, facts: DealFacts, playbook: Playbook, lang: str) -> str:
    """Who could supply it: the first named person in the roles asked for, else the role, else our own team.

    A known adversary is not asked: the role is named instead.
    """
    against = {person.name for person in adversaries(facts, playbook)}
    for role in check.supplied_by:
        for person in people_in((role,), facts):
            if person.name not in against:
                values = {"name": person.name, "role": playbook.label("role", role, lang).lower()}
                return say("person", values, playbook, lang)
    if check.supplied_by:
        return playbook.text(f"role.{check.supplied_by[0]}.phrase", lang)
    return playbook.text("message.our_team", lang)


def say_why(
    gate: Gate, check: Check, verdict: Verdict, promise: PromiseFact | None, playbook: Playbook, lang: str
) -> str:
    """Why the check is missing; ``promise`` is one that fell due."""
    if promise is not None:
        return say("promise_due", {"date": promise.due_on, "text": promise.text}, playbook, lang)
    if verdict.expired:
        return say_expired("expired", verdict.expired[0], playbook, lang)
    if verdict.problem:
        return say(verdict.problem, verdict.values, playbook, lang)
    return playbook.text(f"gate.{gate.key}.check.{check.key}.why", lang)


def say_expired(key: str, evidence: EvidenceFact, playbook: Playbook, lang: str) -> str:
    end = last_fresh_day(evidence, playbook) or evidence.occurred_on
    return say(key, {"evidence": evidence.key, "date": end}, playbook, lang)
