"""Addresses of the calls, below ``/<slug>/forecast/calls/``."""

from django.urls import path

from landmark.workspace.views import call_settings, calls

urlpatterns = [
    path("submit/", calls.submit, name="calls_submit"),
    path("categories/", calls.categorise, name="calls_categories"),
    path("remind/", calls.remind, name="calls_remind"),
    path("freeze/", calls.freeze, name="calls_freeze"),
    path("quotas/", call_settings.show_quotas, name="quotas"),
    path("quotas/save/", call_settings.save_quotas, name="quotas_save"),
    path("settings/", call_settings.show_settings, name="calls_settings"),
    path("settings/deadline/", call_settings.change_deadline, name="calls_deadline"),
    path("settings/fiscal-year/", call_settings.change_fiscal_year, name="fiscal_year"),
    path("settings/country/", call_settings.change_country, name="calls_country"),
    path("settings/rates/", call_settings.enter_rate, name="rate_add"),
    path("settings/rates/upload/", call_settings.upload_rates, name="rates_upload"),
]
