"""Addresses of one part of the deal room: qualification."""

from django.urls import URLPattern, path

from landmark.workspace.views import qualification_acts as acts
from landmark.workspace.views.qualification import show

urlpatterns: list[URLPattern] = [
    path("", show, name="qualification"),
    path("proposals/", acts.save_proposals, name="qualification_proposals"),
    path("points/", acts.save_points, name="qualification_points"),
    path("decide/", acts.save_decision, name="qualification_decide"),
    path("buying/", acts.save_buying, name="qualification_buying"),
    path("buying/confirm/", acts.confirm_buying, name="qualification_confirm_buying"),
    path("criteria/", acts.save_criteria, name="qualification_criteria"),
    path("alternative/", acts.save_alternative, name="qualification_alternative"),
    path("remove/", acts.remove, name="qualification_remove"),
    path("grades/", acts.save_grades, name="qualification_grades"),
    path("barrier/", acts.save_barrier, name="qualification_barrier"),
    path("answer/", acts.save_answer, name="qualification_answer"),
    path("out/", acts.leave, name="qualification_out"),
    path("watch/", acts.watch, name="qualification_watch"),
    path("happened/", acts.say_happened, name="qualification_happened"),
    path("trial/", acts.save_trial, name="qualification_trial"),
    path("fix/", acts.save_fix, name="qualification_fix"),
    path("undo/", acts.take_back, name="qualification_undo"),
]
