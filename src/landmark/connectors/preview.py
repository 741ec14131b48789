"""Everything an import needs to decide, and the counts that a dry run and an import report alike.

Answers: which plans follow from a parse, a batch at a time, and how many of each kind. Does not answer: how they are
written (``apply``). Reads the database, never writes: a dry run is this module alone.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from landmark.connectors.grouping import STAGE_PREFIX, Histories
from landmark.connectors.known import load_known
from landmark.connectors.models import ImportRun
from landmark.connectors.names import gather_names
from landmark.connectors.parsed import Parsed, Problem
from landmark.connectors.parties import Parties, match_parties
from landmark.connectors.plan import KEY_LENGTH, DealPlan, KnownDeal, Rules, plan_deal
from landmark.connectors.stages import BY_DEFAULT, StageMap, map_stages
from landmark.connectors.values import format_instant
from landmark.deals.models import Deal
from landmark.orgs.models import Organisation
from landmark.playbook.schema import Playbook

BATCH = 1000
ID_LENGTH = 200
SHOWN_PROBLEMS = 50

Tick = Callable[[str, int], None]


def stay_quiet(phase: str, percent: int) -> None:
    """Progress that nobody watches."""


@dataclass(slots=True)
class Prepared:
    """One import, ready to be decided."""

    org: Organisation
    parsed: Parsed
    playbook: Playbook
    keys: list[str]
    rules: Rules
    parties: Parties
    histories: Histories
    has_deals: bool
    counts: Counter[str] = field(default_factory=Counter)


def prepare(org: Organisation, parsed: Parsed, playbook: Playbook, now: float) -> Prepared:
    """Translate names, match companies and people, put events in order. ``now`` bounds what a file may call known."""
    names = gather_names(playbook)
    keys = [_key(name, names.milestone(name)) for name in parsed.events.names]
    parties = match_parties(org, parsed)
    fields = {name for deal in parsed.deals for name in (*deal.attributes, *deal.kept)} | set(parsed.changes.field)
    known_until = min(parsed.data_until if not math.isnan(parsed.data_until) else now, now)
    rules = Rules(
        stages=find_stages(parsed, playbook),
        known_until=known_until,
        is_older=known_until < _last_known(org, parsed.source),
        accounts=parties.accounts,
        owners=parties.owners,
        names=parties.names,
        attribute_keys={name: key for name in fields if (key := names.attribute(name))},
    )
    has_deals = Deal.objects.filter(org=org, source=parsed.source).exists()
    return Prepared(org, parsed, playbook, keys, rules, parties, Histories(parsed, keys), has_deals)


def _key(name: str, known: str) -> str:
    """The evidence key of an event; a stage is no evidence, an unknown name stays as it is."""
    return "" if name.startswith(STAGE_PREFIX) else known or name[:KEY_LENGTH]


def find_stages(parsed: Parsed, playbook: Playbook) -> StageMap:
    """The source's stages, told from its closed ones by the deals that stand there."""
    changes = parsed.changes
    found = {value for name, value in zip(changes.field, changes.value, strict=True) if name == "stage"}
    found |= {name.removeprefix(STAGE_PREFIX) for name in parsed.events.names if name.startswith(STAGE_PREFIX)}
    standing = {deal.stage for deal in parsed.deals if not deal.outcome}
    closing = {deal.stage for deal in parsed.deals if deal.outcome} - standing
    return map_stages(playbook, parsed.stages, found | standing, parsed.stage_equivalents, closing)


def _last_known(org: Organisation, source: str) -> float:
    """Up to when the newest import of this source knew."""
    runs = ImportRun.objects.filter(org=org, source=source, status="applied")
    return max((run.counts.get("known_until", 0.0) for run in runs.only("counts")), default=0.0)


def iter_plans(prepared: Prepared, tick: Tick, phase: str) -> Iterator[list[tuple[int, DealPlan]]]:
    """Plans of all deals in batches, with each deal's place in the parse; counts as it goes."""
    deals = prepared.parsed.deals
    for start in range(0, len(deals), BATCH):
        batch = range(start, min(start + BATCH, len(deals)))
        stored = _load(prepared, batch)
        plans = []
        for place in batch:
            known = stored.get(deals[place].external_id[:ID_LENGTH])
            plan = plan_deal(deals[place], prepared.histories.of(place), prepared.rules, known)
            _count(prepared.counts, plan)
            plans.append((place, plan))
        yield plans
        tick(phase, 100 * batch.stop // len(deals))


def _load(prepared: Prepared, batch: range) -> dict[str, KnownDeal]:
    if not prepared.has_deals:
        return {}
    ids = [prepared.parsed.deals[place].external_id[:ID_LENGTH] for place in batch]
    return load_known(prepared.org, prepared.parsed.source, ids)


def _count(counts: Counter[str], plan: DealPlan) -> None:
    state = "new" if plan.is_new else "unchanged" if plan.is_unchanged else "changed"
    counts[f"deals_{state}"] += 1
    counts[f"outcome_{plan.record.outcome or 'open'}"] += 1
    counts["events_new"] += len(plan.evidence)
    counts["moves_new"] += len(plan.steps)
    counts["changes_new"] += len(plan.changes)
    counts["differences"] += len(plan.conflicts)


def report(prepared: Prepared) -> dict[str, Any]:
    """What the import brings, for the page, the command line and the run's own row."""
    parsed, counts, rules = prepared.parsed, prepared.counts, prepared.rules
    used = Counter(parsed.events.code)
    evidence = sum(used[code] for code, key in enumerate(prepared.keys) if key)
    rows = [problem for problem in parsed.problems if problem.kind == "row"]
    return {
        "deals": {state: counts[f"deals_{state}"] for state in ("new", "changed", "unchanged")},
        "outcomes": {state: counts[f"outcome_{state}"] for state in ("won", "lost", "open")},
        "events": {"new": counts["events_new"], "known": evidence - counts["events_new"]},
        "moves": counts["moves_new"],
        "changes": counts["changes_new"],
        "differences": counts["differences"],
        "accounts": prepared.parties.account_count,
        "owners": prepared.parties.owner_count,
        "rejected": len(rows),
        "rejected_values": sum(problem.kind == "value" for problem in parsed.problems),
        "stages": [{"source": row.source, "stage": row.stage, "how": row.how} for row in rules.stages.rows],
        "milestones": _count_milestones(prepared, used),
        "assumptions": [*parsed.assumptions, *_add_assumptions(prepared)],
        "notes": _count_notes(parsed),
        "known_until": rules.known_until,
        "data_until": format_instant(rules.known_until)[:10],
    }


def _count_milestones(prepared: Prepared, used: Counter[int]) -> list[dict[str, Any]]:
    """How often each kind of event comes, most frequent first, and whether the playbook knows it."""
    totals: Counter[str] = Counter()
    for code, key in enumerate(prepared.keys):
        if key:
            totals[key] += used[code]
    has = prepared.playbook.has_evidence
    return [{"key": key, "is_known": has(key), "count": count} for key, count in totals.most_common() if count]


def _add_assumptions(prepared: Prepared) -> list[str]:
    found = []
    first = prepared.playbook.label("stage", prepared.rules.stages.first)
    if not prepared.rules.stages.rows:
        found.append(f"The files name no stages: every open deal stands at {first} until it is moved.")
    if unplaced := [row.source for row in prepared.rules.stages.rows if row.how == BY_DEFAULT]:
        found.append(f"Nothing says where these stages lie, so they count as {first}: {', '.join(unplaced)}.")
    if prepared.rules.is_older:
        found.append("A later file of this source is here already: only what is missing is added, nothing is set back.")
    return found


def _count_notes(parsed: Parsed) -> dict[str, int]:
    """Notes by their code. Rejected rows and values are counted on their own."""
    rejected = {problem.code for problem in parsed.problems if problem.kind != "note"}
    return {code: count for code, count in parsed.counts.items() if code not in rejected}


def first_problems(parsed: Parsed) -> list[dict[str, Any]]:
    """The first rejected rows and values, and the first of each kind of note."""
    rows = [problem for problem in parsed.problems if problem.kind == "row"][:SHOWN_PROBLEMS]
    values = [problem for problem in parsed.problems if problem.kind == "value"][:SHOWN_PROBLEMS]
    notes: dict[str, Problem] = {}
    for problem in parsed.problems:
        if problem.kind == "note":
            notes.setdefault(problem.code, problem)
    return [
        {"kind": p.kind, "code": p.code, "file": p.file, "row": p.row, "reason": p.reason}
        for p in (*rows, *values, *notes.values())
    ]
