"""Who is who on the buyer's side of a deal."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from landmark.deals import policies
from landmark.deals.changing import changing
from landmark.deals.models import Deal, Person, Stakeholder
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.names import fold_name


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
        return _find_or_add(deal, name=name, title=title, email=email)
    if stakeholder.deal_id != deal.id:
        raise policies.Refused(_("This person is not on this deal."))
    person = stakeholder.person
    person.name, person.title, person.email = name, title, email
    person.save(update_fields=["name", "title", "email"])
    return person


def _find_or_add(deal: Deal, *, name: str, title: str, email: str) -> Person:
    """Somebody known at the account is not written down twice; somebody on the deal already is changed there."""
    here = Person.objects.filter(stakes__deal=deal)
    if _same(here, name, email):
        sentence = _("%(name)s is among the people of this deal already. Two of one name? Say which one in the name.")
        raise policies.Refused(sentence % {"name": name})
    known = _same(Person.objects.filter(account_id=deal.account_id), name, email) if deal.account_id else None
    if known is None:
        return Person.objects.create(org=deal.org, account_id=deal.account_id, name=name, title=title, email=email)
    known.title, known.email = title or known.title, email or known.email
    known.save(update_fields=["title", "email"])
    return known


def _same(people: Iterable[Person], name: str, email: str) -> Person | None:
    """Of one e-mail address, or of one name where nothing says that they are two."""
    plain = fold_name(name)
    for person in people:
        if email and person.email:
            if person.email.casefold() == email.casefold():
                return person
        elif plain and fold_name(person.name) == plain:
            return person
    return None
