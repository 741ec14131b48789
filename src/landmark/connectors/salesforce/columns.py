"""What Salesforce's objects and columns are.

Answers: which object a file holds, how its ids are written, and which columns a forecast may learn from and why.
Does not answer: what the rows say (``parse``, ``history``, ``activity``, ``people``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from landmark.connectors.findings import RowError, read_time
from landmark.connectors.parsed import StructuralError
from landmark.connectors.tables import Table, check_id
from landmark.connectors.values import parse_boolean, parse_instant

NULL_ID = "000000000000000AAA"
_FIFTEEN = re.compile(r"[0-9A-Za-z]{15}")
_CHECK_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

KNOWN_AT_OPENING = {
    "leadsource": "where the deal came from is written down when it is created",
    "recordtypeid": "the kind of deal is chosen when it is created",
    "industry": "a fact about the account, not about this deal",
    "numberofemployees": "a fact about the account, not about this deal",
    "annualrevenue": "a fact about the account, not about this deal",
    "billingcountry": "a fact about the account, not about this deal",
    "ownership": "a fact about the account, not about this deal",
}
KNOWN_TOO_LATE = {
    "probability": "it is set by the stage, up to 100 or 0 at closing",
    "expectedrevenue": "it is computed from the probability",
    "forecastcategory": "it is set by the stage, up to Closed",
    "forecastcategoryname": "it is set by the stage, up to Closed",
    "isclosed": "it is the outcome",
    "iswon": "it is the outcome",
    "fiscal": "it follows the close date, which moves to the day of closing",
    "fiscalquarter": "it follows the close date, which moves to the day of closing",
    "fiscalyear": "it follows the close date, which moves to the day of closing",
    "lastactivitydate": "it stops when the deal closes",
    "lastmodifieddate": "it stops when the deal closes",
    "lastmodifiedbyid": "it names who closed the deal",
    "systemmodstamp": "it stops when the deal closes",
    "laststagechangedate": "it is the day of closing for a closed deal",
    "lastamountchangedhistoryid": "it numbers a later change",
    "lastclosedatechangedhistoryid": "it numbers a later change",
    "lastvieweddate": "it depends on the day of the export",
    "lastreferenceddate": "it depends on the day of the export",
    "hasopportunitylineitem": "products are often added only when a deal is about to close",
    "totalopportunityquantity": "products are often added only when a deal is about to close",
    "pricebook2id": "products are often added only when a deal is about to close",
    "syncedquoteid": "a quote is chosen late",
    "contractid": "a contract exists when the deal is won",
    "hasopenactivity": "a closed deal has none left",
    "hasoverduetask": "a closed deal has none left",
    "pushcount": "it holds the last count, not the one known earlier",
    "ageindays": "it stops when the deal closes",
}
SYSTEM = frozenset(
    "id isdeleted accountid isprivate name stagename stagesortorder amount closedate type nextstep currencyisocode "
    "ownerid createddate createdbyid systemmodstamp lastmodifieddate lastmodifiedbyid isclosed iswon".split()
)


@dataclass(slots=True)
class Export:
    """The files of one export by object; a large org's export has several files of one object."""

    opportunity: list[Table] = field(default_factory=list)
    history: list[Table] = field(default_factory=list)
    contact_role: list[Table] = field(default_factory=list)
    activity: list[Table] = field(default_factory=list)
    user: list[Table] = field(default_factory=list)
    role: list[Table] = field(default_factory=list)
    contact: list[Table] = field(default_factory=list)
    account: list[Table] = field(default_factory=list)
    other: list[Table] = field(default_factory=list)


def find_export(tables: Sequence[Table]) -> Export | None:
    """Sort ``tables`` by object; None when there is no Opportunity among them."""
    export = Export()
    for table in tables:
        getattr(export, _object_of(table)).append(table)
    if not export.opportunity and (found := [*export.history, *export.contact_role]):
        raise StructuralError(f"{found[0].name} belongs to a Salesforce export; bring its Opportunity file too.")
    return export if export.opportunity else None


def _object_of(table: Table) -> str:
    """The first object whose telling headings are all there."""
    telling = {
        "history": ("OpportunityId", "StageName", "CreatedDate"),
        "contact_role": ("OpportunityId", "ContactId", "Role"),
        "activity": ("Id", "WhatId", "ActivityDate"),
        "opportunity": ("Id", "StageName", "CloseDate"),
        "user": ("Id", "Username"),
        "role": ("Id", "Name", "ParentRoleId"),
        "contact": ("Id", "LastName", "AccountId"),
    }
    for name, headings in telling.items():
        if table.has(*headings):
            return name
    about_account = ("Industry", "NumberOfEmployees", "AnnualRevenue", "BillingCountry", "AccountNumber", "ParentId")
    if table.has("Id", "Name") and table.column(*about_account) >= 0:
        return "account"
    return "other"


def full_id(value: str) -> str:
    """The 18-character form of an id; "" for the null id. The added three tell which letters are capitals."""
    value = value.strip()
    if value == NULL_ID or value == NULL_ID[:15]:
        return ""
    if not _FIFTEEN.fullmatch(value):
        return value
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place, letter in enumerate(value[start : start + 5]) if "A" <= letter <= "Z")
        suffix += _CHECK_LETTERS[bits]
    return value + suffix


@lru_cache(maxsize=20_000)
def _read_day(text: str) -> float:
    return parse_instant(text)


def read_stamp(text: str, heading: str, required: bool = False) -> float:
    """A time as the export writes it, ``2018-10-13 17:16:45``, quickly; anything else as ``read_time`` does it."""
    if len(text) == 19 and text[10] == " " and text[13] == ":" == text[16]:
        hour, minute, second = text[11:13], text[14:16], text[17:]
        digits = hour + minute + second
        if digits.isascii() and digits.isdecimal() and hour < "24" and max(minute, second) < "60":
            try:
                return _read_day(text[:10]) + (int(hour) * 3600 + int(minute) * 60 + int(second)) / 86_400
            except ValueError:
                pass
    return read_time(text, heading, required)


class Row:
    """Cells of one table by heading; a heading that is not there reads as blank."""

    __slots__ = ("cells", "number", "places", "table")

    def __init__(self, table: Table, *headings: str) -> None:
        self.table = table
        self.places = {heading: table.column(heading) for heading in headings}
        self.cells: list[str] = []
        self.number = 0

    def at(self, number: int, cells: list[str]) -> "Row":
        self.number, self.cells = number, cells
        return self

    def __getitem__(self, heading: str) -> str:
        place = self.places[heading]
        return self.cells[place].strip() if place >= 0 else ""

    def value(self, place: int) -> str:
        """The cell at a place; the null id reads as blank."""
        text = self.cells[place].strip()
        return "" if text == NULL_ID else text

    def has(self, heading: str) -> bool:
        return self.places[heading] >= 0

    def id(self, heading: str) -> str:
        """An id in its full form; blank for none; StructuralError for one a spreadsheet has damaged."""
        value = self[heading]
        if "+" in value:
            check_id(self.table, heading, self.number, value)
        return value if len(value) == 18 and value != NULL_ID else full_id(value)

    def flag(self, heading: str) -> bool:
        """A yes or no; blank is no."""
        value = self[heading]
        if value in {"", "0", "false"}:
            return False
        try:
            return parse_boolean(value)
        except ValueError:
            raise RowError("unreadable_flag", f"{heading} reads {value[:40]!r}; it must be 0 or 1") from None
