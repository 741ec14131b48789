"""Addresses of one part of the deal room: close."""

from django.urls import URLPattern, path

from landmark.workspace.views import close

urlpatterns: list[URLPattern] = [
    path("", close.show("close"), name="close"),
    path("packet/", close.show("close_packet"), name="close_packet"),
    path("mark-ups/", close.show("close_markups"), name="close_markups"),
    path("terms/", close.show("close_terms"), name="close_terms"),
    path("summary/", close.show("close_summary"), name="close_summary"),
    path("recap/", close.show("close_recap"), name="close_recap"),
    path("signing/", close.show("close_signing"), name="close_signing"),
    path("hand-over/", close.show("close_handover"), name="close_handover"),
    path("do/<slug:what>/", close.do, name="close_do"),
]
