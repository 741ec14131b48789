"""Addresses of one part of the deal room: discovery."""

from django.urls import URLPattern, path

from landmark.workspace.views import calls_after, discovery

urlpatterns: list[URLPattern] = [
    path("", discovery.show_discovery, name="discovery"),
    path("save/<slug:what>/", discovery.save, name="discovery_save"),
    path("call/", calls_after.write_note, name="discovery_call"),
    path("call/<uuid:note>/", calls_after.show_note, name="discovery_note"),
    path("call/<uuid:note>/undo/", calls_after.undo, name="discovery_undo"),
]
