"""Addresses of one part of the deal room: qualification."""

from django.urls import URLPattern, path

from landmark.workspace.views import qualification as views

urlpatterns: list[URLPattern] = [
    path("", views.show, name="qualification"),
    path("points/", views.save_points, name="qualification_points"),
    path("decide/", views.save_decision, name="qualification_decide"),
    path("buying/", views.save_buying, name="qualification_buying"),
    path("buying/confirm/", views.confirm_buying, name="qualification_confirm_buying"),
    path("criteria/", views.save_criteria, name="qualification_criteria"),
    path("alternative/", views.save_alternative, name="qualification_alternative"),
    path("remove/", views.remove, name="qualification_remove"),
    path("grades/", views.save_grades, name="qualification_grades"),
    path("barrier/", views.save_barrier, name="qualification_barrier"),
    path("answer/", views.save_answer, name="qualification_answer"),
    path("out/", views.leave, name="qualification_out"),
    path("watch/", views.watch, name="qualification_watch"),
    path("happened/", views.say_happened, name="qualification_happened"),
    path("trial/", views.save_trial, name="qualification_trial"),
    path("fix/", views.save_fix, name="qualification_fix"),
    path("undo/", views.take_back, name="qualification_undo"),
]
