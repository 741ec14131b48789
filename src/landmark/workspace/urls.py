"""The team's pages. Everything of an organisation lies below its slug."""

from django.urls import URLPattern, URLResolver, include, path

from landmark.workspace.views import board, deals, edits, forecast, home, notices, palette

app_name = "workspace"

_in_org: list[URLPattern | URLResolver] = [
    path("board/", board.show_board, name="board"),
    path("table/", board.show_table, name="table"),
    path("table.csv", board.download_table, name="table_csv"),
    path("deals/<uuid:pk>/", deals.show_deal, name="deal"),
    path("deals/<uuid:pk>/move/", deals.move, name="deal_move"),
    path("deals/<uuid:pk>/evidence/", deals.add_evidence, name="deal_evidence"),
    path("deals/<uuid:pk>/people/", deals.save_stakeholder, name="deal_people"),
    path("deals/<uuid:pk>/next-step/", deals.set_next_step, name="deal_next_step"),
    path("deals/<uuid:pk>/edit/", edits.edit, name="deal_edit"),
    path("deals/<uuid:pk>/files/<str:digest>/", deals.download_attachment, name="deal_file"),
    path("new/", deals.open_new, name="deal_new"),
    path("forecast/", forecast.show_forecast, name="forecast"),
    path("forecast/renew/", forecast.renew, name="forecast_renew"),
    path("forecast/progress/", forecast.show_progress, name="forecast_progress"),
    path("report-card/", forecast.show_report_card, name="report_card"),
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
