"""Recognises a set of files by their headings and reads them.

Answers: which format this is, and everything it holds in the one neutral form. Does not answer: how a format is read
(its own module) or what becomes of it in the database. File names play no part, contents decide.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from landmark.connectors import logfiles, maven, processlog, salesforce
from landmark.connectors.files import Limits, open_sources
from landmark.connectors.leakage import tell_twins
from landmark.connectors.mapping import Mapping, read_mapping
from landmark.connectors.names import Names, gather_names
from landmark.connectors.parsed import Parsed, StructuralError
from landmark.connectors.tables import Table, read_table
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook

ACCEPTED = (
    "Accepted are an event log (deals.csv with deal_id, events.csv with deal_id, at, milestone), a Salesforce data "
    "export (Opportunity.csv), the Maven CRM CSV, and any process log together with a mapping file."
)


@dataclass(frozen=True, slots=True)
class _NotYet:
    """A format that people bring and that is not read yet: how to tell it, and what to bring instead."""

    name: str
    headings: tuple[tuple[str, ...], ...]
    starts: tuple[str, ...] = ()

    def fits(self, table: Table) -> bool:
        if any(table.has(*headings) for headings in self.headings):
            return True
        return bool(self.starts) and any(heading.casefold().startswith(self.starts) for heading in table.headings)


NOT_YET = (
    _NotYet(
        "a Fivetran copy of a CRM", (("portal_id", "property_dealname"), ("pipeline_id", "deal_id")), ("_fivetran",)
    ),
    _NotYet("a HubSpot export", (("Deal Name", "Deal Stage"), ("Deal Stage", "Pipeline"), ("hs_object_id",))),
    _NotYet("a Pipedrive export", (), ("deal - ",)),
    _NotYet("a Dynamics 365 export", (), ("(do not modify)",)),
    _NotYet("a Salesforce report", (("Opportunity Name", "Stage"), ("Opportunity Name", "Close Date"))),
)


def parse_files(
    paths: Sequence[str | Path],
    mapping: str | Path | Mapping | None = None,
    strict: bool = False,
    *,
    playbook: Playbook | None = None,
    limits: Limits | None = None,
) -> Parsed:
    """Read files of any accepted format. With ``strict`` one bad row is a StructuralError."""
    found = read_mapping(mapping) if isinstance(mapping, str | Path) else mapping
    tables = [read_table(source) for source in open_sources(paths, limits)]
    playbook = playbook or load_playbook()
    if found is not None:
        _check_equivalents(found, playbook)
    names = gather_names(playbook, found.milestones if found else None)
    parsed = _parse(tables, found, names)
    if not parsed.deals and not _rejected(parsed):
        raise StructuralError(f"{tables[0].name} holds no deals; export it again.")
    if found is not None:
        _apply_mapping(parsed, found, names)
    if not parsed.counts:
        parsed.counts.update(Counter(problem.code for problem in parsed.problems))
    if strict and (rejected := _rejected(parsed)):
        raise StructuralError(_strict_sentence(parsed, rejected))
    tell_twins(parsed)
    return parsed


def _check_equivalents(mapping: Mapping, playbook: Playbook) -> None:
    """What a mapping translates to must exist: a typing error would quietly make a milestone of its own."""
    stages = [stage.key for stage in playbook.stages]
    milestones = [item.key for item in (*playbook.milestones, *playbook.evidence)]
    for what, wanted, known in (
        ("stage", mapping.stages.values(), stages),
        ("milestone", mapping.milestones.values(), milestones),
    ):
        if unknown := next((key for key in wanted if key and key not in known), None):
            raise StructuralError(
                f"The mapping names the {what} {unknown}, which the playbook {playbook.ref} does not have; "
                f"it has {', '.join(known)}."
            )


def _rejected(parsed: Parsed) -> int:
    return sum(problem.kind != "note" for problem in parsed.problems)


def _strict_sentence(parsed: Parsed, rejected: int) -> str:
    first = next(problem for problem in parsed.problems if problem.kind != "note")
    rows = "One row cannot" if rejected == 1 else f"{rejected:,} rows cannot"
    where = f"row {first.row} of {first.file}"
    return f"{rows} be read, so with --strict nothing is imported; the first is {where}: {first.reason}."


def _parse(tables: list[Table], mapping: Mapping | None, names: Names) -> Parsed:
    attributes = frozenset(mapping.attributes) if mapping else frozenset()
    if mapping is not None and mapping.is_process_log:
        cases_and_events = processlog.find_tables(tables, mapping)
        if cases_and_events is not None:
            return processlog.read_process_log(*cases_and_events, mapping, names)
    if parsed := logfiles.parse_event_log(tables):
        return parsed
    for format_not_yet in NOT_YET:
        if seen := next((table for table in tables if format_not_yet.fits(table)), None):
            raise StructuralError(f"{seen.name} looks like {format_not_yet.name}, which is not read yet. {ACCEPTED}")
    if export := salesforce.find_export(tables):
        return salesforce.read_salesforce(export, names, attributes)
    if files := maven.find_files(tables):
        return maven.read_maven(files, names, attributes)
    raise StructuralError(_nothing_fits(tables))


def _nothing_fits(tables: list[Table]) -> str:
    table = tables[0]
    shown = ", ".join(heading[:40] for heading in table.headings[:6] if heading) or "nothing"
    return f"{table.name} starts with the headings {shown}, which no known format has. {ACCEPTED}"


def _apply_mapping(parsed: Parsed, mapping: Mapping, names: Names) -> None:
    """Equivalents of milestones and stages, whatever the format was."""
    parsed.stage_equivalents |= {name: key for name, key in mapping.stages.items() if key}
    wanted = [_equivalent(name, mapping, names) for name in parsed.events.names]
    if wanted == parsed.events.names:
        return
    places: dict[str, int] = {}
    codes = [places.setdefault(name, len(places)) for name in wanted]
    for index, code in enumerate(parsed.events.code):
        parsed.events.code[index] = codes[code]
    parsed.events.names = list(places)


def _equivalent(name: str, mapping: Mapping, names: Names) -> str:
    """The milestone the mapping gives for a name, also without the prefix that a connector put before it."""
    bare = name.partition(":")[2]
    for known in (name, bare):
        if known and known in mapping.milestones:
            return names.milestone(known) or name
    return name
