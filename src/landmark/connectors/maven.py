"""The "CRM sales opportunities" CSV of Maven Analytics, known by its headings.

Answers: which deals it holds, and what of it was known while a deal was open. Does not answer: stages beyond the two it
names. The account is filled in for every closed deal but for a third of the open ones, and the closing value exists
only after closing: neither may feed a forecast.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from landmark.connectors.findings import Findings, Place, RowError, check_width, read_amount, read_time
from landmark.connectors.leakage import set_aside_uneven
from landmark.connectors.names import Names
from landmark.connectors.parsed import NAN, AccountRecord, DealRecord, Parsed
from landmark.connectors.tables import Table, check_id, fold_heading

PIPELINE = ("opportunity_id", "sales_agent", "deal_stage", "engage_date", "close_date", "close_value")
FIRST_STAGES = ("Prospecting", "Engaging")
OUTCOMES = {"won": "won", "lost": "lost"}


@dataclass(slots=True)
class Files:
    """The files of one set; all but the pipeline may be missing."""

    pipeline: Table
    accounts: Table | None = None
    products: Table | None = None
    teams: Table | None = None


@dataclass(slots=True)
class _Reading:
    parsed: Parsed
    findings: Findings
    products: dict[str, dict[str, str]] = field(default_factory=dict)
    agents: dict[str, dict[str, str]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    inexact: list[int] = field(default_factory=list)


def find_files(tables: Sequence[Table]) -> Files | None:
    """The set among ``tables``, or None when there is no pipeline."""
    pipeline = next((table for table in tables if table.has(*PIPELINE)), None)
    if pipeline is None:
        return None
    rest = [table for table in tables if table is not pipeline]
    return Files(
        pipeline,
        accounts=next((table for table in rest if table.has("account", "sector")), None),
        products=next((table for table in rest if table.has("product", "sales_price")), None),
        teams=next((table for table in rest if table.has("sales_agent", "manager")), None),
    )


def read_maven(files: Files, names: Names, attributes: frozenset[str] = frozenset()) -> Parsed:
    """All deals, then their openings, amounts and stages."""
    parsed = Parsed(source="Maven CRM")
    reading = _Reading(parsed, Findings(parsed))
    if files.products:
        reading.products = _by_first(files.products, "product")
    if files.teams:
        reading.agents = _by_first(files.teams, "sales_agent")
    if files.accounts:
        _read_accounts(files.accounts, reading)
    parsed.stages = list(FIRST_STAGES)
    parsed.events.names = [f"stage:{FIRST_STAGES[1]}"]
    _read_pipeline(files.pipeline, names, reading, frozenset(map(fold_heading, attributes)))
    _date_the_undated(files.pipeline, reading)
    set_aside_uneven(parsed, reading.findings, files.pipeline.name)
    reading.findings.tell(
        "kept_columns",
        files.pipeline.name,
        "The account and the close value are kept and shown, but the forecast does not use them: the account is filled "
        "for closed deals and mostly blank for open ones, the value exists only after closing.",
    )
    reading.findings.close()
    return parsed


def _by_first(table: Table, heading: str) -> dict[str, dict[str, str]]:
    """Rows by a name whose spaces and capitals do not matter (``GTXPro`` is ``GTX Pro``)."""
    place = table.require(heading)
    rows: dict[str, dict[str, str]] = {}
    for _, cells in table.rows():
        cell_of = dict(zip(table.keys, (cell.strip() for cell in cells), strict=False))
        rows.setdefault(fold_heading(cells[place]), cell_of | {"name": cells[place].strip()})
    return rows


def _read_accounts(table: Table, reading: _Reading) -> None:
    place = table.require("account")
    for _, cells in table.rows():
        if name := cells[place].strip():
            facts = {
                heading: cell.strip()
                for heading, cell in zip(table.headings, cells, strict=False)
                if cell.strip() and heading != table.headings[place]
            }
            reading.parsed.accounts.append(AccountRecord(name, name, facts))


def _read_pipeline(table: Table, names: Names, reading: _Reading, allowed: frozenset[str]) -> None:
    used = {fold_heading(name) for name in (*PIPELINE, "product", "account")}
    extra = [(heading, key) for heading, key in zip(table.headings, table.keys, strict=True) if key not in used]
    for number, cells in table.rows():
        cell_of = dict(zip(table.keys, (cell.strip() for cell in cells), strict=False))
        try:
            check_width(cells, len(table.headings))
            check_id(table, "opportunity_id", number, cell_of["opportunityid"])
            deal, close_value = _deal(cell_of, Place(table.name, number, cells), reading)
        except RowError as error:
            reading.findings.reject(table.name, number, error, cells)
            continue
        for heading, key in extra:
            if value := cell_of[key]:
                known = key in allowed or names.attribute(heading)
                (deal.attributes if known else deal.kept)[names.attribute(heading) or heading] = value
        reading.rows[deal.external_id] = number
        reading.parsed.deals.append(deal)
        _settle(deal, close_value, table, number, reading)


def _deal(cell_of: dict[str, str], at: Place, reading: _Reading) -> tuple[DealRecord, str]:
    deal_id, stage = cell_of["opportunityid"], cell_of["dealstage"]
    if not deal_id:
        raise RowError("blank_id", "opportunity_id is blank")
    if deal_id in reading.rows:
        raise RowError("duplicate_id", f"{deal_id} stands in row {reading.rows[deal_id]} already")
    outcome = OUTCOMES.get(stage.casefold(), "")
    opened, closed = read_time(cell_of["engagedate"], "engage_date"), read_time(cell_of["closedate"], "close_date")
    if bool(outcome) != (not math.isnan(closed)):
        raise RowError("outcome_without_time", "deal_stage Won or Lost and close_date must come together")
    close_value = reading.findings.keep_amount(read_amount(cell_of["closevalue"], "close_value"), at, "close_value")
    product = reading.products.get(fold_heading(cell_of.get("product", "")), {})
    agent = cell_of["salesagent"]
    team = reading.agents.get(fold_heading(agent), {})
    if agent:
        office, manager = team.get("regionaloffice", ""), team.get("manager", "")
        reading.parsed.owners[agent] = agent, f"{office} ({manager})" if office and manager else office or manager
    known = {
        "product": product.get("name", "") or cell_of.get("product", ""),
        "series": product.get("series", ""),
        "regional_office": team.get("regionaloffice", ""),
    }
    price = read_amount(product.get("salesprice", ""), "sales_price")
    name = " · ".join(part for part in (cell_of.get("account", ""), known["product"]) if part)
    deal = DealRecord(
        external_id=deal_id,
        opened=opened,
        closed=closed,
        outcome=outcome,
        name=name or deal_id,
        amount=reading.findings.keep_amount(price, at, f"the sales_price of {known['product']}"),
        account_id=cell_of.get("account", ""),
        owner=agent,
        stage=stage,
        attributes={name: value for name, value in known.items() if value},
    )
    return deal, cell_of["closevalue"] if outcome == "won" and close_value is not None else ""


def _settle(deal: DealRecord, close_value: str, table: Table, number: int, reading: _Reading) -> None:
    """Notes, stage history and the amount: the list price while open, what was really paid once won."""
    parsed, position = reading.parsed, len(reading.parsed.deals) - 1
    if deal.closed <= deal.opened or (deal.outcome and math.isnan(deal.opened)):
        deal.opened, deal.opened_exact = deal.closed, False
        reading.findings.note("closed_before_opened", table.name, number, f"{deal.external_id} closed before it opened")
    elif math.isnan(deal.opened):
        deal.opened_exact = False
        reading.inexact.append(position)
        reading.findings.note("no_opened_at", table.name, number, f"{deal.external_id} has no engage_date")
    else:
        parsed.events.deal.append(position)
        parsed.events.at.append(deal.opened)
        parsed.events.known.append(deal.opened)
        parsed.events.code.append(0)
        _change(parsed, position, deal.opened, "stage", FIRST_STAGES[1])
    if close_value:
        _change(parsed, position, deal.opened, "amount", "" if deal.amount is None else str(deal.amount))
        _change(parsed, position, deal.closed, "amount", close_value)
        deal.amount = read_amount(close_value, "close_value")


def _change(parsed: Parsed, position: int, at: float, name: str, value: str) -> None:
    parsed.changes.deal.append(position)
    parsed.changes.at.append(at)
    parsed.changes.field.append(name)
    parsed.changes.value.append(value)


def _date_the_undated(table: Table, reading: _Reading) -> None:
    """A deal without any date is first known on the last day of the files: earlier, nothing says that it existed."""
    parsed = reading.parsed
    known = [time for deal in parsed.deals for time in (deal.opened, deal.closed) if not math.isnan(time)]
    parsed.data_until = max(known, default=NAN)
    for position in reading.inexact:
        parsed.deals[position].opened = parsed.data_until
        _change(parsed, position, parsed.data_until, "stage", parsed.deals[position].stage)
    if reading.inexact:
        parsed.assumptions.append(
            f"{table.name}: deals without any date count as opened on the last day the files know, marked inexact."
        )
