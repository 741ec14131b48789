"""The frame around the team's pages: navigation, notices, the day looked at; and links that keep that day.

Answers: what the top bar shows. Does not answer: who may be here (``access``).
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from landmark.deals.models import Deal
from landmark.orgs.as_of import current_day
from landmark.orgs.models import Member, Notice, Organisation
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.ui.formats import format_day
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.deal_types import name_deal_type

register = template.Library()


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    url: str
    icon: str
    key: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """``banner`` is the sentence about the day when it is not today; ``latest_url`` leads back to the present."""

    org: Organisation
    member: Member
    nav: tuple[NavItem, ...]
    unread: int
    others: tuple[Organisation, ...]
    can_import: bool
    banner: str
    latest_url: str


@register.simple_tag(takes_context=True)
def shell(context: Context) -> Shell | None:
    """None on a page outside an organisation, such as sign-in."""
    request = context.get("request")
    org = getattr(request, "org", None)
    if request is None or org is None:
        return None
    if not hasattr(request, "shell"):  # asked for by several blocks of one page
        request.shell = _make_shell(request, org)
    made: Shell = request.shell
    return made


def _make_shell(request: MemberRequest, org: Organisation) -> Shell:
    return Shell(
        org=org,
        member=request.member,
        nav=_nav(request),
        unread=Notice.objects.filter(member=request.member, read_at__isnull=True).count(),
        others=tuple(
            other.org
            for other in Member.objects.filter(user=request.user, is_active=True)
            .exclude(org=org)
            .select_related("org")
            .order_by("org__name")
        ),
        can_import=has_right(request.member, Right.IMPORT),
        banner=_banner(request),
        latest_url=request.path,
    )


def _nav(request: MemberRequest) -> tuple[NavItem, ...]:
    here = (request.resolver_match.url_name if request.resolver_match else "") or ""
    items = (
        (_("Pipeline"), "board", "board", "g p", {"board", "table"} | {name for name, _label in _deal_tabs()}),
        (_("Deal review"), "deal_review", "flag", "g w", {"deal_review"}),
        (_("Forecast"), "forecast", "chart", "g f", {name for name, _label in _forecast_tabs()} - {"report_card"}),
        (_("Report card"), "report_card", "report", "g r", {"report_card"}),
    )
    return tuple(
        NavItem(
            label,
            link_to(request, f"workspace:{name}"),
            icon,
            key,
            here in names or here.split("_")[0] in names - {"deal"},
        )
        for label, name, icon, key, names in items
    )


def _forecast_tabs() -> tuple[tuple[str, str], ...]:
    """Pages of the forecast, by the name of their address, in the order of the tabs."""
    return (
        ("forecast", _("Overview")),
        ("changes", _("Changes")),
        ("calls", _("Calls")),
        ("targets", _("Targets")),
        ("funnel", _("Funnel")),
        ("report_card", _("Report card")),
    )


@register.inclusion_tag("workspace/parts/tabs.html", takes_context=True)
def forecast_tabs(context: Context) -> dict[str, Any]:
    """The strip of tabs that every page of the forecast carries below its heading."""
    request: MemberRequest = context["request"]
    here = (request.resolver_match.url_name if request.resolver_match else None) or ""
    tabs = [
        NavItem(label, link_to(request, f"workspace:{name}"), "", "", here == name or here.startswith(f"{name}_"))
        for name, label in _forecast_tabs()
    ]
    return {"tabs": tabs, "name": _("Pages of the forecast")}


def _deal_tabs() -> tuple[tuple[str, str], ...]:
    """Pages of the deal room, by the name of their address, in the order of the tabs."""
    return (
        ("deal", _("Overview")),
        ("people", _("People")),
        ("discovery", _("Discovery")),
        ("plan", _("Plan")),
        ("qualification", _("Qualification")),
        ("decision", _("Decision")),
        ("close", _("Close")),
        ("documents", _("Documents")),
    )


@register.inclusion_tag("workspace/parts/tabs.html", takes_context=True)
def deal_tabs(context: Context, pk: UUID) -> dict[str, Any]:
    """The strip of tabs that every page of a deal carries below its heading."""
    request: MemberRequest = context["request"]
    here = (request.resolver_match.url_name if request.resolver_match else None) or ""
    found = ((name, label, _find(request, name, pk)) for name, label in _deal_tabs())
    tabs = [NavItem(label, url, "", "", here.split("_")[0] == name) for name, label, url in found if url]
    deal = getattr(context.get("page"), "deal", None) if request.as_of.is_latest else None
    return {"tabs": tabs if len(tabs) > 1 else [], "name": _("Pages of the deal"), "ended": _tell_end(deal)}


def _tell_end(deal: Deal | None) -> str:
    """What still goes on with a deal that ended, so that nobody fills in a form in vain."""
    if deal is None or deal.closed_at is None:
        return ""
    if deal.stage == "lost":
        return _("Lost: nothing more is spent on this deal. Minutes, people and what brings it back can be written.")
    return _("Won: what came before the signature stays as it was. Plan, people, hand-over and onboarding go on.")


def _find(request: MemberRequest, name: str, pk: UUID) -> str:
    """The address of a part, "" while it has no page."""
    try:
        return link_to(request, f"workspace:{name}", pk=pk)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("workspace/parts/chart_links.html", takes_context=True)
def chart_links(context: Context, chart: str, kinds: str = "png csv") -> dict[str, Any]:
    """Links to the files of one chart of this page; the page's filters and as-of day go with them."""
    request: MemberRequest = context["request"]
    here = request.resolver_match
    if here is None or not here.url_name:
        return {"links": []}
    page, names = here.url_name.removesuffix("_chart"), {**here.kwargs, "chart": chart}
    if page == "review_pdf":  # the overview on paper has nothing to click
        return {"links": []}
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    files = f"workspace:{page}_chart"
    try:
        urls = {kind: reverse(files, kwargs={**names, "kind": kind}) + query for kind in kinds.split()}
    except NoReverseMatch:  # a form's own address, showing its page again, has no files
        return {"links": []}
    return {"links": [(kind.upper(), url) for kind, url in urls.items()]}


@register.filter
def deal_type(text: str) -> str:
    """New, expansion or renewal for whatever a source calls it."""
    return name_deal_type(text)


def _banner(request: MemberRequest) -> str:
    as_of = request.as_of
    if as_of.is_today:
        return ""
    shown = format_day(as_of.on)
    if as_of.is_latest:
        return _("Your data ends on %(day)s, so every age, due date and forecast counts from that day.") % {
            "day": shown
        }
    return _("You are looking at %(day)s: everything as it was known that evening. The latest day is %(latest)s.") % {
        "day": shown,
        "latest": format_day(current_day(request.org)),
    }


def link_to(request: MemberRequest, name: str, /, *, query: dict[str, str] | None = None, **kwargs: object) -> str:
    """An address inside the organisation that keeps the day looked at."""
    url = reverse(name, kwargs={"slug": request.org.slug, **kwargs})
    values = dict(query or {})
    if request.as_of.query:
        values["as_of"] = request.as_of.on.isoformat()
    return f"{url}?{urlencode(values)}" if values else url


@register.simple_tag(takes_context=True)
def link(context: Context, name: str, pk: object = None, **query: object) -> str:
    """``{% link 'workspace:deal' deal.id do='move' %}``"""
    kwargs = {} if pk is None else {"pk": pk}
    values = {key: str(value) for key, value in query.items() if value not in (None, "")}
    return link_to(context["request"], name, query=values, **kwargs)
