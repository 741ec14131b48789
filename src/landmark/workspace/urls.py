"""The team's pages. Everything of an organisation lies below its slug."""

from django.urls import URLPattern, URLResolver, include, path

from landmark.workspace.access import MemberView
from landmark.workspace.views import (
    board,
    calls,
    changes,
    deals,
    edits,
    exports,
    forecast,
    funnel,
    home,
    letters,
    notices,
    palette,
    person_data,
    playbooks,
    review,
    targets,
)

app_name = "workspace"


def _page(route: str, view: MemberView, name: str) -> list[URLPattern]:
    """A page with charts, and the files of its charts."""
    return [
        path(route, view, name=name),
        path(f"{route}charts/<slug:chart>.<slug:kind>", exports.files_of(view), name=f"{name}_chart"),
    ]


_in_org: list[URLPattern | URLResolver] = [
    path("board/", board.show_board, name="board"),
    path("table/", board.show_table, name="table"),
    path("table.csv", board.download_table, name="table_csv"),
    *_page("deals/<uuid:pk>/", deals.show_deal, "deal"),
    path("deals/<uuid:pk>/move/", deals.move, name="deal_move"),
    path("deals/<uuid:pk>/evidence/", deals.add_evidence, name="deal_evidence"),
    path("deals/<uuid:pk>/people/", deals.save_stakeholder, name="deal_people"),
    path("deals/<uuid:pk>/next-step/", deals.set_next_step, name="deal_next_step"),
    path("deals/<uuid:pk>/edit/", edits.edit, name="deal_edit"),
    path("deals/<uuid:pk>/files/<str:digest>/", deals.download_attachment, name="deal_file"),
    path("deals/<uuid:pk>/letters/<str:digest>/", letters.show_letter, name="deal_letter"),
    path("deals/<uuid:pk>/explain/", funnel.explain, name="funnel_explain"),
    path("deals/<uuid:pk>/map/", include("landmark.workspace.people_urls")),
    path("deals/<uuid:pk>/discovery/", include("landmark.workspace.discovery_urls")),
    path("deals/<uuid:pk>/plan/", include("landmark.workspace.plan_urls")),
    path("deals/<uuid:pk>/qualification/", include("landmark.workspace.qualification_urls")),
    path("deals/<uuid:pk>/decision/", include("landmark.workspace.decision_urls")),
    path("deals/<uuid:pk>/close/", include("landmark.workspace.close_urls")),
    path("deals/<uuid:pk>/documents/", include("landmark.workspace.document_urls")),
    path("persons/<uuid:person>/data/", person_data.show_person_data, name="person_data"),
    path("persons/<uuid:person>/data/export.json", person_data.export_person_data, name="person_export"),
    path("persons/<uuid:person>/data/erase/", person_data.erase_person_data, name="person_erase"),
    path("new/", deals.open_new, name="deal_new"),
    path("review/", review.show_review, name="deal_review"),
    *_page("forecast/", forecast.show_forecast, "forecast"),
    path("forecast/renew/", forecast.renew, name="forecast_renew"),
    path("forecast/progress/", forecast.show_progress, name="forecast_progress"),
    *_page("forecast/changes/", changes.show_changes, "changes"),
    path("forecast/changes.csv", changes.download_changes, name="changes_csv"),
    path("forecast/review.pdf", exports.export_review, name="review_pdf"),
    *_page("forecast/calls/", calls.show_calls, "calls"),
    path("forecast/calls/", include("landmark.workspace.call_urls")),
    *_page("forecast/targets/", targets.show_targets, "targets"),
    *_page("forecast/funnel/", funnel.show_funnel, "funnel"),
    path("forecast/funnel/freeze/", funnel.freeze, name="funnel_freeze"),
    *_page("report-card/", forecast.show_report_card, "report_card"),
    path("playbooks/", playbooks.show_playbooks, name="playbooks"),
    path("playbooks/use/", playbooks.choose, name="playbooks_use"),
    path("notices/", notices.list_notices, name="notices"),
    path("find/", palette.find, name="find"),
    path("import/", include("landmark.workspace.import_urls")),
]

urlpatterns = [
    path("", home.go_home, name="home"),
    path("language/", home.set_language, name="language"),
    path("<slug:slug>/", home.go_to_board, name="org"),
    path("<slug:slug>/", include(_in_org)),
]
