"""Addresses of one part of the deal room: close."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
