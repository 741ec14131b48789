"""Account, User, UserRole, Contact and OpportunityContactRole.

Answers: whose deals these are, on either side, and which facts about the account a forecast may use.
Does not answer: what a person's role means for a gate (the playbook does).
"""

import math
from dataclasses import dataclass

from landmark.connectors.findings import RowError, check_width
from landmark.connectors.parsed import AccountRecord, PersonRecord
from landmark.connectors.salesforce.columns import Export, Row, read_stamp
from landmark.connectors.salesforce.history import GRACE_DAYS
from landmark.connectors.salesforce.parse import Reading, may_forecast
from landmark.connectors.tables import Table

NOT_SHOWN = frozenset(
    "id name isdeleted masterrecordid ownerid createddate createdbyid lastmodifieddate lastmodifiedbyid systemmodstamp "
    "lastactivitydate lastvieweddate lastreferenceddate photourl".split()
)
TITLE_ALIASES = ("contact title", "title of primary contact", "primary contact title")


def read_accounts(export: Export, reading: Reading) -> None:
    """Accounts that deals name; what is known about them from the start becomes attributes of their deals."""
    wanted = {deal.account_id for deal in reading.parsed.deals} - {""}
    facts: dict[str, dict[str, str]] = {}
    names = reading.names
    for table in export.account:
        row = Row(table, "Id", "Name", "IsDeleted")
        columns = [
            (
                place,
                heading,
                names.attribute(heading) or heading,
                may_forecast(heading, key, table.name, reading),
            )
            for place, (heading, key) in enumerate(zip(table.headings, table.keys, strict=True))
            if key not in NOT_SHOWN
        ]
        for number, cells in table.rows():
            row.at(number, cells)
            account_id = _readable_id(row, reading)
            if account_id not in wanted or account_id in facts:
                continue
            shown = {heading: value for place, heading, _, _ in columns if (value := row.value(place))}
            facts[account_id] = {
                name: value for place, _, name, usable in columns if usable and (value := row.value(place))
            }
            reading.parsed.accounts.append(AccountRecord(account_id, row["Name"] or account_id, shown))
    for deal in reading.parsed.deals:
        for name, value in facts.get(deal.account_id, {}).items():
            deal.attributes.setdefault(name, value)


def _readable_id(row: Row, reading: Reading) -> str:
    """The id of a row worth reading; "" for a deleted or unreadable one, which is said."""
    try:
        check_width(row.cells, len(row.table.headings))
        if row.flag("IsDeleted"):
            return ""
        if not (own_id := row.id("Id")):
            raise RowError("blank_id", "Id is blank")
    except RowError as error:
        reading.findings.reject(row.table.name, row.number, error, row.cells)
        return ""
    return own_id


def read_owners(export: Export, reading: Reading) -> None:
    """Every owner of a deal with name and team; the team is the name of the user's role."""
    teams: dict[str, str] = {}
    for table in export.role:
        row = Row(table, "Id", "Name", "IsDeleted")
        for number, cells in table.rows():
            if role_id := _readable_id(row.at(number, cells), reading):
                teams[role_id] = row["Name"]
    wanted = {deal.owner for deal in reading.parsed.deals} - {""}
    for table in export.user:
        row = Row(table, "Id", "Name", "FirstName", "LastName", "Username", "UserRoleId", "IsDeleted")
        for number, cells in table.rows():
            user_id = _readable_id(row.at(number, cells), reading)
            if user_id in wanted:
                reading.parsed.owners[user_id] = _full_name(row) or row["Username"], teams.get(row.id("UserRoleId"), "")
    for owner in sorted(wanted - reading.parsed.owners.keys()):
        reading.parsed.owners[owner] = owner, ""


def _full_name(row: Row) -> str:
    return row["Name"] or " ".join(part for part in (row["FirstName"], row["LastName"]) if part)


@dataclass(frozen=True, slots=True)
class _Contact:
    name: str
    email: str
    title: str
    account_id: str


def read_people(export: Export, reading: Reading) -> None:
    """Contacts with the roles they have on deals, and those of the deals' accounts without one."""
    contacts: dict[str, _Contact] = {}
    for table in export.contact:
        row = Row(table, "Id", "Name", "FirstName", "LastName", "Email", "Title", "AccountId", "IsDeleted")
        for number, cells in table.rows():
            if contact_id := _readable_id(row.at(number, cells), reading):
                contacts[contact_id] = _Contact(
                    _full_name(row) or row["Email"] or contact_id, row["Email"], row["Title"], row.id("AccountId")
                )
    placed: set[str] = set()
    for table in export.contact_role:
        placed |= _read_roles(table, contacts, reading)
    wanted = {deal.account_id for deal in reading.parsed.deals} - {""}
    for contact_id, contact in contacts.items():
        if contact_id not in placed and contact.account_id in wanted:
            reading.parsed.people.append(_person(contact_id, contact, -1, ""))


def _person(contact_id: str, contact: _Contact, deal: int, role: str) -> PersonRecord:
    return PersonRecord(contact_id, contact.name, contact.email, contact.title, contact.account_id, deal, role)


def _read_roles(table: Table, contacts: dict[str, _Contact], reading: Reading) -> set[str]:
    row = Row(table, "OpportunityId", "ContactId", "Role", "IsPrimary", "CreatedDate", "IsDeleted")
    placed: set[str] = set()
    titled: set[int] = set()
    for number, cells in table.rows():
        row.at(number, cells)
        try:
            check_width(cells, len(table.headings))
            deal = -1 if row.flag("IsDeleted") else reading.deal_of(row, "OpportunityId")
            created = read_stamp(row["CreatedDate"], "CreatedDate")
            is_primary = row.flag("IsPrimary")
        except RowError as error:
            reading.findings.reject(table.name, number, error, cells)
            continue
        contact = contacts.get(row.id("ContactId"))
        reading.seen(created)
        if deal < 0 or contact is None:
            reading.findings.note(
                "other_record", table.name, number, "the role's deal or contact is not in these files"
            )
            continue
        placed.add(row.id("ContactId"))
        reading.parsed.people.append(_person(row.id("ContactId"), contact, deal, row["Role"]))
        if contact.title and deal not in titled and (is_primary or not row.has("IsPrimary")):
            titled.add(deal)
            _set_title(deal, contact.title, created, reading)
    return placed


def _set_title(position: int, title: str, created: float, reading: Reading) -> None:
    """The primary contact's title: an attribute if known at the opening, else a change on the day it became known."""
    name = next((key for alias in TITLE_ALIASES if (key := reading.names.attribute(alias))), "")
    deal = reading.parsed.deals[position]
    if not name or math.isnan(created):
        return
    if created <= deal.opened + GRACE_DAYS:
        deal.attributes[name] = title
    elif not created >= deal.closed:
        changes = reading.parsed.changes
        changes.deal.append(position)
        changes.at.append(created)
        changes.field.append(name)
        changes.value.append(title)
