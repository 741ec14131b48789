"""Small made-up files for import tests.

Answers: how a test gets an export to bring in. Does not answer: every trap of a format (``tests/pure/connectors``).
"""

import csv
from collections.abc import Sequence
from pathlib import Path

DEALS = (
    "deal_id",
    "opened_at",
    "closed_at",
    "outcome",
    "amount",
    "currency",
    "account_id",
    "owner",
    "target_on",
    "industry",
)
EVENTS = ("deal_id", "at", "milestone", "known_at")
CHANGES = ("deal_id", "at", "field", "value")
OPPORTUNITY = (
    "Id", "IsDeleted", "AccountId", "Name", "StageName", "StageSortOrder", "Amount", "CloseDate", "Type", "NextStep",
    "IsClosed", "IsWon", "OwnerId", "CreatedDate", "LastStageChangeDate",
)  # fmt: skip
HISTORY = (
    "Id",
    "OpportunityId",
    "CreatedDate",
    "StageName",
    "Amount",
    "CloseDate",
    "ForecastCategory",
    "ValidThroughDate",
)


def write_csv(path: Path, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(headings)
        writer.writerows(rows)
    return path


def deal(
    deal_id: str, opened: str = "2026-03-02", closed: str = "", outcome: str = "", **other: object
) -> list[object]:
    """A row of the neutral event log."""
    values = {"amount": 1000, "currency": "EUR", "account_id": "Birch Freight", "owner": "Alice Moretti",
              "target_on": "2026-06-30", "industry": "transport", **other}  # fmt: skip
    return [deal_id, opened, closed, outcome, *(values[name] for name in DEALS[4:])]


def event_log(folder: Path, deals: Sequence[Sequence[object]], events: Sequence[Sequence[object]],
              changes: Sequence[Sequence[object]] = ()) -> list[Path]:  # fmt: skip
    paths = [
        write_csv(folder / "deals.csv", DEALS, deals),
        write_csv(folder / "events.csv", EVENTS, [[*row, ""] if len(row) == 3 else row for row in events]),
    ]
    return [*paths, write_csv(folder / "changes.csv", CHANGES, changes)] if changes else paths


def usual_log(folder: Path) -> list[Path]:
    """Two closed deals, one open, five events of which one is not in the playbook."""
    return event_log(
        folder,
        [
            deal("D1", "2026-01-05", "2026-03-20", "won", amount=5000),
            deal("D2", "2026-01-10", "2026-02-20", "lost", owner="Bruno Keller"),
            deal("D3", "2026-02-01", amount=3000),
        ],
        [
            ("D1", "2026-01-12", "qualification_call"),
            ("D1", "2026-02-01", "discovery_held"),
            ("D2", "2026-01-15", "qualification_call"),
            ("D3", "2026-02-10", "Discovery Held", "2026-02-14"),
            ("D3", "2026-03-01", "Site visit"),
        ],
    )


def opportunity(
    number: int, stage: str, *, created: str = "2026-01-05", won: bool | None = None, **other: object
) -> list[object]:
    """A row of a Salesforce export; ``won`` closes the deal."""
    values: dict[str, object] = {
        "Id": f"006{number:012d}AAA", "IsDeleted": 0, "AccountId": f"001{number:012d}AAA", "Name": f"Deal {number}",
        "StageName": stage, "StageSortOrder": "", "Amount": 1000 * number, "CloseDate": "2026-06-30", "Type": "New",
        "NextStep": "", "IsClosed": int(won is not None), "IsWon": int(bool(won)), "OwnerId": "005000000000001AAA",
        "CreatedDate": f"{created} 09:00:00", "LastStageChangeDate": "", **other,
    }  # fmt: skip
    return [values[name] for name in OPPORTUNITY]


def history(number: int, *rows: tuple[str, str]) -> list[list[object]]:
    """OpportunityHistory of one deal: (when, stage) in order."""
    return [
        [f"008{number:06d}{place:06d}AAA", f"006{number:012d}AAA", f"{at} 09:00:00", stage, 1000 * number, "2026-06-30",
         "Closed" if stage.startswith("Closed") else "Pipeline", ""]
        for place, (at, stage) in enumerate(rows)
    ]  # fmt: skip


def salesforce(folder: Path, deals: Sequence[Sequence[object]], rows: Sequence[Sequence[object]] = ()) -> list[Path]:
    paths = [write_csv(folder / "Opportunity.csv", OPPORTUNITY, deals)]
    return [*paths, write_csv(folder / "OpportunityHistory.csv", HISTORY, rows)] if rows else paths
