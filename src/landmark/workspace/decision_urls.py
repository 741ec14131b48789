"""Addresses of one part of the deal room: decision."""

from django.urls import URLPattern, path

from landmark.workspace.views import decision, exports

urlpatterns: list[URLPattern] = [
    path("", decision.show_decision, name="decision"),
    path("charts/<slug:chart>.<slug:kind>", exports.files_of(decision.show_decision), name="decision_chart"),
    path("invitation.ics", decision.download_invitation, name="decision_file"),
    path("<slug:act>/", decision.act, name="decision_act"),
]
