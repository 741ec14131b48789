"""Taking somebody off a deal who was put there by mistake.

Answers: when that is honest, and what it writes. Does not answer: forgetting a person for good
(``closing.person_actions``). Who took part in something stays: they sat in a meeting, owned a step or said something.
"""

from collections.abc import Iterator

from django.db.models import Model
from django.utils.translation import gettext as _

from landmark.buying.models import AskedQuestion, StakeholderState
from landmark.deals.changing import changing
from landmark.deals.models import Deal, Person, Stakeholder
from landmark.deals.paths import deal_path, rows_pointing_at
from landmark.deals.policies import Refused
from landmark.ledger.models import Evidence
from landmark.orgs.models import Member

ONLY_ABOUT_THEM = (StakeholderState, AskedQuestion, Stakeholder)


def remove_person(stakeholder: Stakeholder, *, by: Member, via: str = "web") -> None:
    """Refused while something on the deal is theirs; the ledger keeps that they were here and who took them off."""
    with changing(stakeholder.deal, by=by, via=via) as change:
        row = Stakeholder.objects.select_related("person").filter(deal=change.deal, pk=stakeholder.pk).first()
        if row is None:
            raise Refused(_("This person is not on this deal."))
        person = row.person
        if uses := sorted({str(model._meta.verbose_name) for model in find_uses(change.deal, row)}):
            sentence = _(
                "%(name)s is part of what is on record here: %(what)s. Change that first, or note that they left."
            )
            raise Refused(sentence % {"name": person.name, "what": ", ".join(uses)})
        change.record("person.removed", note=person.name, stakeholder=str(row.pk))
        row.delete()
        if not any(rows_pointing_at(model, person).exists() for model in _tables_about(Person)):
            person.delete()


def find_uses(deal: Deal, row: Stakeholder) -> Iterator[type[Model]]:
    """Tables of this deal in which they play a part, and evidence that is their word."""
    for about, target in ((Stakeholder, row), (Person, row.person)):
        for model in _tables_about(about):
            path = deal_path(model) if model not in ONLY_ABOUT_THEM else ""
            if path and rows_pointing_at(model, target).filter(**{path: deal.pk}).exists():
                yield model
    rows = Evidence.objects.for_deal(deal.org_id, deal.id).filter(is_retracted=False).with_text()
    if any(row.person.name in proof.author for proof in rows):
        yield Evidence


def _tables_about(target: type[Model]) -> list[type[Model]]:
    """Also those that give the way back no name."""
    relations = [field for field in target._meta.get_fields(include_hidden=True) if not field.concrete]
    pointing = (field.related_model for field in relations if field.one_to_many or field.one_to_one)
    return [model for model in pointing if model is not None]
