"""What Ctrl+K offers. Answers: pages, acts on the deal in view, deals by words. Does not answer: what they do."""

import re
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from landmark.deals.models import Deal
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.templatetags.workspace import link_to

FOUND = 8
DEAL_PATH = re.compile(r"/deals/(?P<pk>[0-9a-f-]{36})/")


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    icon: str
    url: str = ""
    act: str = ""
    detail: str = ""
    keys: str = ""


@require_safe
@member_view()
def find(request: MemberRequest) -> HttpResponse:
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    groups = [
        (_("On this deal"), _matching(_deal_acts(request), words)),
        (_("Deals"), _find_deals(request, words) if words else []),
        (_("Go to"), _matching(_pages(request), words)),
    ]
    return render(request, "workspace/parts/palette.html", {"groups": [g for g in groups if g[1]], "words": words})


def _matching(options: list[Option], words: str) -> list[Option]:
    wanted = words.casefold().split()
    return [option for option in options if all(word in option.label.casefold() for word in wanted)]


def _pages(request: MemberRequest) -> list[Option]:
    options = [
        Option(_("Pipeline as board"), "board", link_to(request, "workspace:board"), keys="g p"),
        Option(_("Pipeline as table"), "table", link_to(request, "workspace:table")),
        Option(_("Deal review"), "flag", link_to(request, "workspace:deal_review"), keys="g w"),
        Option(_("Forecast"), "chart", link_to(request, "workspace:forecast"), keys="g f"),
        Option(_("Report card"), "report", link_to(request, "workspace:report_card"), keys="g r"),
        Option(_("Notices"), "bell", link_to(request, "workspace:notices")),
    ]
    if has_right(request.member, Right.EDIT_OWN):
        options.append(Option(_("Open a new deal"), "plus", link_to(request, "workspace:deal_new"), keys="c"))
    if has_right(request.member, Right.IMPORT):
        options.append(Option(_("Import a file"), "import", link_to(request, "workspace:imports")))
    return [
        *options,
        Option(_("Change colours: auto, light, dark"), "theme", act="theme"),
        Option(_("Show all shortcuts"), "help", act="keys", keys="?"),
    ]


def _deal_acts(request: MemberRequest) -> list[Option]:
    """Acts on the deal whose page the palette was opened from."""
    match = DEAL_PATH.search(request.GET.get("from", ""))
    if match is None or not request.as_of.is_latest or not has_right(request.member, Right.ADD_EVIDENCE):
        return []
    acts = ((_("Move to …"), "move", "move", "m"), (_("Add evidence"), "document", "evidence", "e"),
            (_("Set the next step"), "flag", "step", "n"), (_("Add a person"), "people", "person", "s"))  # fmt: skip
    pk = match["pk"]
    return [
        Option(label, icon, link_to(request, "workspace:deal", pk=pk, query={"do": do}), keys=key)
        for label, icon, do, key in acts
    ]


def _find_deals(request: MemberRequest, words: str) -> list[Option]:
    wanted = Q()
    for word in words.split():
        wanted &= Q(name__icontains=word) | Q(account__name__icontains=word)
    rows = Deal.objects.of(request.org).filter(wanted).select_related("account").order_by("closed_at", "name")[:FOUND]
    return [
        Option(deal.name, "flag", link_to(request, "workspace:deal", pk=deal.id), detail=_tell_deal(deal))
        for deal in rows
    ]


def _tell_deal(deal: Deal) -> str:
    account = deal.account.name if deal.account else ""
    return " · ".join(part for part in (account, _("closed") if deal.is_closed else "") if part)
