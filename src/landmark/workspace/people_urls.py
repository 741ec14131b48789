"""Addresses of one part of the deal room: people."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
