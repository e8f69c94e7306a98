"""Addresses of the public forms."""

from django.urls import path

from cloudstore.capture import views

app_name = "capture"

urlpatterns = [
    path("w/<slug:code>/", views.widget_form, name="widget"),
    path("w/<slug:code>/thanks/", views.thanks, name="thanks"),
]
