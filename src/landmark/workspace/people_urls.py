"""Addresses of one part of the deal room: people."""

from django.urls import path

from landmark.workspace.views import exports, people

urlpatterns = [
    path("", people.show_people, name="people"),
    path("charts/<slug:chart>.<slug:kind>", exports.files_of(people.show_people), name="people_chart"),
    path("person/", people.save_person, name="people_person"),
    path("undo/", people.undo, name="people_undo"),
    path("review/", people.save_review, name="people_review"),
    path("answers/", people.save_answers, name="people_answers"),
    path("confirm/", people.confirm, name="people_confirm"),
    path("meeting/", people.plan_meeting, name="people_meeting"),
    path("answer/", people.answer_meeting, name="people_answer"),
]
