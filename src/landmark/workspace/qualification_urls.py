"""Addresses of one part of the deal room: qualification."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
