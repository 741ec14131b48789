"""Addresses of one part of the deal room: decision."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
