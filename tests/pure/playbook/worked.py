"""Worked cases: YAML facts in, ``DealFacts`` out.

A file has ``facts`` that its cases share, and may name a ``playbook``. A
case changes them: ``without`` drops evidence ids, people's names or
fields; ``change`` sets fields; ``add`` appends to lists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from landmark.engines.facts import DealFacts, EvidenceFact, NextStepFact, OverrideFact, PromiseFact, StakeholderFact
from landmark.playbook.schema import Strength

CASES = Path(__file__).parent / "cases"
LISTS = ("evidence", "stakeholders", "promises", "overrides")


@dataclass(frozen=True)
class Case:
    file: str
    name: str
    as_of: date
    facts: DealFacts
    data: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"

    @property
    def playbook(self) -> str:
        return str(self.data.get("playbook", "landmark/2026.1"))


def read_cases() -> Iterator[Case]:
    for path in sorted(CASES.rglob("*.yaml")):
        book = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in book["cases"]:
            merged = _merge(book["facts"], case)
            as_of = case.get("as_of", book["as_of"])
            shared = {name: book[name] for name in ("gate", "playbook") if name in book}
            data = {"gate": None, **shared, **case}
            yield Case(
                path.relative_to(CASES).with_suffix("").as_posix(), case["name"], as_of, build_facts(merged), data
            )


def _merge(facts: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    dropped = set(case.get("without", ()))
    merged: dict[str, Any] = {}
    for name, value in facts.items():
        if name in LISTS:
            value = [item for item in value if not dropped & {item.get("id"), item.get("name")}]
        if name not in dropped:
            merged[name] = value
    merged.update(case.get("change", {}))
    for name, items in case.get("add", {}).items():
        merged[name] = [*merged.get(name, []), *items]
    return merged


def build_facts(data: dict[str, Any]) -> DealFacts:
    fields = {"deal_id": "d1", "opened_on": date(2026, 1, 5), "stage_entered_on": date(2026, 2, 2), **data}
    fields["evidence"] = tuple(_evidence(item) for item in data.get("evidence", ()))
    fields["stakeholders"] = tuple(_person(item) for item in data.get("stakeholders", ()))
    fields["promises"] = tuple(PromiseFact(**item) for item in data.get("promises", ()))
    fields["overrides"] = tuple(OverrideFact(**item) for item in data.get("overrides", ()))
    if "amount" in data:
        fields["amount"] = Decimal(str(data["amount"]))
    if "next_step" in data:
        fields["next_step"] = NextStepFact(**data["next_step"])
    return DealFacts(**fields)


def _evidence(item: dict[str, Any]) -> EvidenceFact:
    return EvidenceFact(
        id=item["id"],
        key=item.get("key", item["id"]),
        occurred_on=item["day"],
        strength=Strength(item.get("strength", "claimed")),
        expires_on=item.get("expires_on"),
    )


def _person(item: dict[str, Any]) -> StakeholderFact:
    return StakeholderFact(**{**item, "roles": frozenset(item.get("roles", ()))})
