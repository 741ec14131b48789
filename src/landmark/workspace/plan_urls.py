"""Addresses of one part of the deal room: plan."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
