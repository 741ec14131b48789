"""Addresses of the import pages, below ``/<slug>/import/``."""

from django.urls import path

from landmark.workspace.views import imports

urlpatterns = [
    path("", imports.show_imports, name="imports"),
    path("differences/", imports.list_differences, name="differences"),
    path("differences/<int:pk>/", imports.settle, name="difference_settle"),
    path("remove-sample/", imports.remove_sample_company, name="remove_sample"),
    path("<uuid:pk>/", imports.show_run, name="import_run"),
    path("<uuid:pk>/state/", imports.show_state, name="import_state"),
    path("<uuid:pk>/apply/", imports.apply, name="import_apply"),
    path("<uuid:pk>/discard/", imports.discard, name="import_discard"),
    path("<uuid:pk>/rejected-rows.csv", imports.download_rejects, name="import_rejects"),
]
