"""Do the lists of the last mile name only what exists, and which sentences do they need?

Answers: lanes, roles, topics, gates' checks, exits and evidence that are named and nobody defines; the wording keys.
Does not answer: whether the lists are the right ones.
"""

from collections.abc import Iterable, Iterator

from landmark.playbook.schema import Loc, Playbook
from landmark.playbook.source import Finding

Named = tuple[str, str, Iterable[str], Loc]


def judge_last_mile(playbook: Playbook) -> Iterator[Finding]:
    for what, key, known, loc in (*_papers(playbook), *_readers(playbook), *_exits(playbook)):
        if key not in set(known):
            message = f"there is no {what} `{key}`; use one of {', '.join(known)}"
            yield Finding(playbook.where("last_mile", *loc), message, code="unknown-last-mile")
    yield from _twice(playbook)


def _papers(playbook: Playbook) -> Iterator[Named]:
    mile, roles = playbook.last_mile, [role.key for role in playbook.roles]
    lanes = [lane.key for lane in mile.lanes]
    for index, paper in enumerate(mile.papers):
        yield "lane", paper.lane, lanes, ("papers", index)
    for index, lane in enumerate(mile.lanes):
        yield from (("role", role, roles, ("lanes", index)) for role in lane.roles)
    yield from (("role", role, roles, ("confirmed_by", index)) for index, role in enumerate(mile.confirmed_by))


def _readers(playbook: Playbook) -> Iterator[Named]:
    mile, roles = playbook.last_mile, [role.key for role in playbook.roles]
    topics = [topic.key for topic in mile.topics]
    for index, audience in enumerate(mile.audiences):
        yield from (("topic", topic, topics, ("audiences", index)) for topic in audience.topics)
        yield from (("role", role, roles, ("audiences", index)) for role in audience.roles)


def _exits(playbook: Playbook) -> Iterator[Named]:
    checks = [f"{gate.key}.{check.key}" for gate in playbook.gates for check in gate.checks]
    known = [item.key for item in (*playbook.milestones, *playbook.evidence)]
    listed = {stage.key: stage.exit for stage in playbook.stages}
    for index, item in enumerate(playbook.last_mile.exits):
        yield "stage", item.stage, listed, ("exits", index)
        yield "item on that stage's exit list", item.exit, listed.get(item.stage, (item.exit,)), ("exits", index)
        yield from (("gate's check", name, checks, ("exits", index)) for name in item.checks)
        yield from (("evidence", name, known, ("exits", index)) for name in item.evidence)


def _twice(playbook: Playbook) -> Iterator[Finding]:
    for name, items in _keyed(playbook):
        seen: set[str] = set()
        for index, key in enumerate(items):
            if key in seen:
                where = playbook.where("last_mile", name, index)
                yield Finding(where, f"`{key}` is written twice; keep one", code="duplicate-key")
            seen.add(key)


def _keyed(playbook: Playbook) -> Iterator[tuple[str, list[str]]]:
    mile = playbook.last_mile
    lists: dict[str, Iterable[object]] = {
        "lanes": mile.lanes, "papers": mile.papers, "passes": mile.passes, "triage": mile.triage,
        "blockers": mile.blockers, "track": mile.track, "conflicts": mile.conflicts, "topics": mile.topics,
        "audiences": mile.audiences, "hand_over": mile.hand_over, "onboarding": mile.onboarding,
    }  # fmt: skip
    for name, items in lists.items():
        yield name, [str(getattr(item, "key", "")) for item in items]


WORDS = {
    "lanes": ("lane", ("label",)), "papers": ("paper", ("label",)), "passes": ("pass", ("label",)),
    "triage": ("triage", ("label",)), "blockers": ("blocker", ("label",)), "track": ("track", ("label",)),
    "conflicts": ("conflict", ("label",)), "audiences": ("audience", ("label",)),
    "hand_over": ("hand_over", ("label", "help")), "onboarding": ("onboarding", ("label",)),
}  # fmt: skip


def words_of_last_mile(playbook: Playbook) -> Iterator[tuple[str, Loc]]:
    """Wording keys, each with the part of the files that asks for it."""
    for name, keys in _keyed(playbook):
        if name not in WORDS:
            continue
        word, ends = WORDS[name]
        for index, key in enumerate(keys):
            yield from ((f"last_mile.{word}.{key}.{end}", ("last_mile", name, index)) for end in ends)
