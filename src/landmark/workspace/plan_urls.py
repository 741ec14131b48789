"""Addresses of one part of the deal room: plan."""

from django.urls import URLPattern, path

from landmark.workspace.views import exports, plan

urlpatterns: list[URLPattern] = [
    path("", plan.show_plan, name="plan"),
    path("charts/<slug:chart>.<slug:kind>", exports.files_of(plan.show_plan), name="plan_chart"),
    path("plan.ics", plan.download_calendar, name="plan_calendar"),
    path("start/", plan.start, name="plan_start"),
    path("save/", plan.save_plan, name="plan_save"),
    path("action/", plan.save_action, name="plan_action"),
    path("press/", plan.press, name="plan_press"),
    path("drop/", plan.drop, name="plan_drop"),
    path("dates/", plan.count_dates, name="plan_dates"),
    path("confirm/", plan.confirm, name="plan_confirm"),
]
