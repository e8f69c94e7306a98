"""Addresses of the live pages."""

from django.urls import path

from cloudstore.live import views

app_name = "live"

urlpatterns = [path("d/live/", views.sessions, name="list")]
