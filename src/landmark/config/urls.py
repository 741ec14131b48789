"""Which address leads where. Everything of a tenant lies below its organisation's slug."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("landmark.workspace.urls")),
]
