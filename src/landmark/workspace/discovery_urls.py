"""Addresses of one part of the deal room: discovery."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
