"""The companies, teams and people an import names: which exist, which are new.

Answers: the row each account and owner of the files stands for. Does not answer: anything about deals.
Nothing is written before ``write_parties``: the dry run looks and leaves no trace.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from landmark.connectors.parsed import Parsed, PersonRecord
from landmark.deals.models import Account, Person, Stakeholder
from landmark.orgs.models import Member, Organisation, Team
from landmark.playbook.schema import Playbook

NAME_LENGTH, ID_LENGTH = 200, 200


@dataclass(slots=True)
class Parties:
    """Ids by the source's own ids, everybody's name for showing, how many are new, and the rows to write."""

    accounts: dict[str, UUID] = field(default_factory=dict)
    owners: dict[str, UUID] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    account_count: int = 0
    owner_count: int = 0
    new_accounts: list[Account] = field(default_factory=list)
    changed_accounts: list[Account] = field(default_factory=list)
    new_teams: list[Team] = field(default_factory=list)
    new_members: list[Member] = field(default_factory=list)
    changed_members: list[Member] = field(default_factory=list)


def match_parties(org: Organisation, parsed: Parsed) -> Parties:
    """Accounts by source and id; owners by id, else by a name that only one member has."""
    parties = Parties()
    _match_accounts(org, parsed, parties)
    _match_owners(org, parsed, parties)
    parties.account_count, parties.owner_count = len(parties.new_accounts), len(parties.new_members)
    return parties


def _match_accounts(org: Organisation, parsed: Parsed, parties: Parties) -> None:
    """An account without a record of its own is called by its id."""
    stored = {row.external_id: row for row in Account.objects.filter(org=org, source=parsed.source)}
    records = {record.external_id: record for record in parsed.accounts}
    for external_id in _account_ids(parsed):
        record = records.get(external_id)
        name = (record.name if record else "")[:255] or external_id[:255]
        attributes = dict(record.attributes) if record else {}
        row = stored.get(external_id[:ID_LENGTH])
        if row is None:
            row = Account(org=org, source=parsed.source, external_id=external_id[:ID_LENGTH], name=name)
            row.attributes = attributes
            parties.new_accounts.append(row)
        elif record and (row.name != name or not attributes.items() <= row.attributes.items()):
            row.name, row.attributes = name, {**row.attributes, **attributes}
            parties.changed_accounts.append(row)
        parties.accounts[external_id] = row.id
        parties.names[row.id] = row.name


def _account_ids(parsed: Parsed) -> Iterable[str]:
    named = dict.fromkeys(record.external_id for record in parsed.accounts)
    named |= dict.fromkeys(deal.account_id for deal in parsed.deals)
    changes = parsed.changes
    named |= dict.fromkeys(
        value for name, value in zip(changes.field, changes.value, strict=True) if name == "account_id"
    )
    return (external_id for external_id in named if external_id)


def _match_owners(org: Organisation, parsed: Parsed, parties: Parties) -> None:
    members = list(Member.objects.filter(org=org).select_related("team"))
    by_id = {member.external_id: member for member in members if member.external_id}
    by_name: dict[str, list[Member]] = {}
    for member in members:
        by_name.setdefault(member.name.casefold(), []).append(member)
    teams = {team.name: team for team in Team.objects.filter(org=org)}
    for owner in _owner_ids(parsed):
        name, team_name = parsed.owners.get(owner, (owner, ""))
        name, external_id = (name or owner)[:NAME_LENGTH], owner[:ID_LENGTH]
        team = _match_team(org, team_name[:120], teams, parties)
        namesakes = [member for member in by_name.get(name.casefold(), []) if not member.external_id]
        found = by_id.get(external_id) or (namesakes[0] if len(namesakes) == 1 else None)
        if found is None:
            found = Member(org=org, external_id=external_id, name=name, team=team)
            parties.new_members.append(found)
        elif found.external_id != external_id or (team and found.team_id is None):
            found.external_id, found.team = external_id, found.team or team
            parties.changed_members.append(found)
        by_id[external_id] = found
        parties.owners[owner] = found.id
        parties.names[found.id] = found.name


def _owner_ids(parsed: Parsed) -> Iterable[str]:
    named = dict.fromkeys(deal.owner for deal in parsed.deals)
    changes = parsed.changes
    named |= dict.fromkeys(value for name, value in zip(changes.field, changes.value, strict=True) if name == "owner")
    return (owner for owner in named if owner)


def _match_team(org: Organisation, name: str, teams: dict[str, Team], parties: Parties) -> Team | None:
    if name and name not in teams:
        teams[name] = Team(org=org, name=name)
        parties.new_teams.append(teams[name])
    return teams.get(name)


def write_parties(parties: Parties) -> None:
    """Write what ``match_parties`` found missing or changed, and let go of the rows: there may be many."""
    Account.objects.bulk_create(parties.new_accounts, batch_size=500)
    Account.objects.bulk_update(parties.changed_accounts, ["name", "attributes"], batch_size=200)
    Team.objects.bulk_create(parties.new_teams)
    Member.objects.bulk_create(parties.new_members, batch_size=500)
    Member.objects.bulk_update(parties.changed_members, ["external_id", "team"], batch_size=200)
    parties.new_accounts.clear()
    parties.changed_accounts.clear()


def write_people(
    org: Organisation, parsed: Parsed, parties: Parties, deal_ids: list[UUID | None], playbook: Playbook
) -> int:
    """People of the buying side and their part in each deal; what is on record here stays. Returns new parts."""
    people = {row.external_id: row for row in Person.objects.filter(org=org, source=parsed.source)}
    fresh: dict[str, Person] = {}
    for record in parsed.people:
        key = record.external_id[:ID_LENGTH]
        if key not in people and key not in fresh:
            fresh[key] = _make_person(org, parsed.source, record, parties)
    Person.objects.bulk_create(fresh.values(), batch_size=500)
    people |= fresh
    before = set(Stakeholder.objects.filter(deal__org=org).values_list("deal_id", "person_id"))
    parts: dict[tuple[UUID, UUID], Stakeholder] = {}
    for record in parsed.people:
        deal_id = deal_ids[record.deal] if record.deal >= 0 else None
        person = people[record.external_id[:ID_LENGTH]]
        if deal_id is None or (deal_id, person.id) in before:
            continue
        part = parts.setdefault((deal_id, person.id), Stakeholder(deal_id=deal_id, person=person, roles=[]))
        if (role := playbook.role_for(record.role)) and role.key not in part.roles:
            part.roles.append(role.key)
    Stakeholder.objects.bulk_create(parts.values(), batch_size=500)
    return len(parts)


def _make_person(org: Organisation, source: str, record: PersonRecord, parties: Parties) -> Person:
    return Person(
        id=uuid4(), org=org, source=source, external_id=record.external_id[:ID_LENGTH],
        account_id=parties.accounts.get(record.account_id), name=(record.name or record.email)[:NAME_LENGTH],
        title=record.title[:200], email=_valid_email(record.email),
    )  # fmt: skip


def _valid_email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text if len(text) <= 254 else ""
