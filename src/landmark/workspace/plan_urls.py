"""Addresses of one part of the deal room: plan."""

from django.urls import URLPattern, path

from landmark.workspace.views import exports, plan
from landmark.workspace.views import plan_acts as acts

urlpatterns: list[URLPattern] = [
    path("", plan.show_plan, name="plan"),
    path("charts/<slug:chart>.<slug:kind>", exports.files_of(plan.show_plan), name="plan_chart"),
    path("plan.ics", plan.download_calendar, name="plan_calendar"),
    path("start/", acts.start, name="plan_start"),
    path("save/", acts.save_plan, name="plan_save"),
    path("action/", acts.save_action, name="plan_action"),
    path("press/", acts.press, name="plan_press"),
    path("drop/", acts.drop, name="plan_drop"),
    path("dates/", acts.count_dates, name="plan_dates"),
    path("confirm/", acts.confirm, name="plan_confirm"),
]
