"""Who is who on the buyer's side of a deal."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from landmark.deals import policies
from landmark.deals.changing import changing
from landmark.deals.models import Deal, Person, Stakeholder
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook


def save_stakeholder(
    deal: Deal,
    *,
    by: Member,
    name: str,
    title: str = "",
    email: str = "",
    roles: Sequence[str] = (),
    stance: str = "neutral",
    met_on: date | None = None,
    personal_benefit: str = "",
    plan: str = "",
    stakeholder: Stakeholder | None = None,
    via: str = "web",
) -> Stakeholder:
    """Add a person to the deal, or change what is known of them here."""
    _check(deal, name, roles, stance)
    with changing(deal, by=by, via=via) as change:
        person = _save_person(change.deal, stakeholder, name=name.strip(), title=title.strip(), email=email.strip())
        values = {
            "roles": sorted(roles),
            "stance": stance,
            "met_on": met_on,
            "personal_benefit": personal_benefit.strip(),
            "plan": plan.strip(),
        }
        saved, _created = Stakeholder.objects.update_or_create(deal=change.deal, person=person, defaults=values)
        change.record("stakeholder.saved", note=name, roles=sorted(roles), stance=stance, met_on=str(met_on or ""))
    return saved


def _check(deal: Deal, name: str, roles: Sequence[str], stance: str) -> None:
    playbook = load_playbook(deal.playbook)
    if not name.strip():
        raise policies.Refused(_("Give the person's name; the rest can follow."))
    unknown = set(roles) - {role.key for role in playbook.roles}
    if unknown or stance not in {item.key for item in playbook.stances}:
        raise policies.Refused(_("Choose roles and stance from the playbook's lists."))


def _save_person(deal: Deal, stakeholder: Stakeholder | None, *, name: str, title: str, email: str) -> Person:
    if stakeholder is None:
        return Person.objects.create(org=deal.org, account_id=deal.account_id, name=name, title=title, email=email)
    if stakeholder.deal_id != deal.id:
        raise policies.Refused(_("This person is not on this deal."))
    person = stakeholder.person
    person.name, person.title, person.email = name, title, email
    person.save(update_fields=["name", "title", "email"])
    return person
