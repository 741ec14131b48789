"""Writes a simulated company as the neutral event log: deals.csv, events.csv, changes.csv.

Answers: the company's deals as the forecast commands read them. Does not answer: names and people, which this format
has no place for. Columns of deals are as known at the opening; changes say what became of them.
"""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from landmark.simulator.company import EVENT_NAMES, MILESTONES, STAGES, Company, Floats, Log
from landmark.simulator.ids import account_ids, deal_ids, user_ids

DEALS = (
    "deal_id opened_at closed_at outcome amount currency account_id owner target_on type LeadSource industry "
    "company_size revenue funding buyer_calendar_cycle budget_cycle primary_contact_title"
).split()
OUTCOMES = ("", "won", "lost")
CHUNK = 50_000


def write_event_log(company: Company, folder: str | Path) -> tuple[Path, Path, Path]:
    """The three files; returns their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "deals.csv", folder / "events.csv", folder / "changes.csv"
    ids = deal_ids(company.size)
    _write(paths[0], DEALS, deal_rows(company, ids))
    _write(paths[1], ["deal_id", "at", "known_at", "milestone"], _event_rows(company, ids))
    _write(paths[2], ["deal_id", "at", "field", "value"], _change_rows(company, ids))
    return paths


def _write(path: Path, headings: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows(rows)


def iso_times(days: Floats) -> list[str]:
    """``2026-05-12T09:30:00Z`` for each; blank for a missing one."""
    seconds = np.where(np.isnan(days), 0, np.round(days * 86_400)).astype("datetime64[s]")
    texts = np.char.add(np.datetime_as_string(seconds), "Z")
    return [str(text) for text in np.where(np.isnan(days), "", texts)]


def iso_days(days: Floats) -> list[str]:
    texts = np.datetime_as_string(np.where(np.isnan(days), 0, days).astype("datetime64[D]"))
    return [str(text) for text in np.where(np.isnan(days), "", texts)]


def first_rows(log: Log, size: int) -> Floats:
    """The first value of each deal: its state at the opening."""
    return log.what[np.searchsorted(log.deal, np.arange(size))]


def deal_rows(company: Company, ids: list[str]) -> Iterator[list[object]]:
    deals, accounts, people = company.deals, company.accounts, company.people
    opened, closed = iso_times(deals.opened), iso_times(deals.closed)
    amounts = first_rows(company.amounts, company.size)
    targets = iso_days(first_rows(company.targets, company.size))
    owners, account_id = user_ids(len(company.representatives)), account_ids(len(accounts.name))
    for place, deal_id in enumerate(ids):
        account = deals.account[place]
        yield [
            deal_id,
            opened[place],
            closed[place],
            OUTCOMES[deals.outcome[place]],
            int(amounts[place]),
            company.currency,
            account_id[account],
            owners[deals.owner[place]],
            targets[place],
            deals.deal_type[place],
            deals.lead_source[place],
            accounts.industry[account],
            accounts.employees[account],
            accounts.revenue[account],
            accounts.funding[account],
            accounts.fiscal_year_end[account],
            accounts.approval_month[account],
            people.title[deals.people[place][0]],
        ]


def event_name(code: int) -> str:
    """A milestone's key; what is none is called as the Salesforce importer calls a task of that type."""
    name = EVENT_NAMES[code]
    return name if code < len(MILESTONES) else f"task:{name}"


def _event_rows(company: Company, ids: list[str]) -> Iterator[tuple[str, str, str, str]]:
    names = [event_name(code) for code in range(len(EVENT_NAMES))]
    yield from in_chunks(company.events, ids, names)
    stages, kept = company.stages, company.stages.what < len(STAGES)
    open_stages = Log(stages.deal[kept], stages.at[kept], stages.known[kept], stages.what[kept])
    yield from in_chunks(open_stages, ids, [f"stage:{stage.capitalize()}" for stage in STAGES])


def in_chunks(log: Log, ids: list[str], names: list[str]) -> Iterator[tuple[str, str, str, str]]:
    for start in range(0, len(log.at), CHUNK):
        part = slice(start, start + CHUNK)
        times, known = iso_times(log.at[part]), iso_times(log.known[part])
        for deal, at, learned, what in zip(log.deal[part], times, known, log.what[part].astype(int), strict=True):
            yield ids[deal], at, learned, names[what]


def stage_names() -> list[str]:
    """The source's names of the five stages and of both ends."""
    return [*(stage.capitalize() for stage in STAGES), "Closed Won", "Closed Lost"]


def _change_rows(company: Company, ids: list[str]) -> Iterator[tuple[str, str, str, str]]:
    names = stage_names()
    values = (
        ("stage", company.stages, [names[int(what)] for what in company.stages.what]),
        ("amount", company.amounts, [str(int(what)) for what in company.amounts.what]),
        ("target_on", company.targets, iso_days(company.targets.what)),
    )
    for name, log, texts in values:
        first = np.searchsorted(log.deal, np.arange(company.size))
        is_first = np.zeros(len(log.deal), bool)
        is_first[first] = name != "stage"
        for deal, at, text, skip in zip(log.deal, iso_times(log.at), texts, is_first, strict=True):
            if not skip:
                yield ids[deal], at, name, text
