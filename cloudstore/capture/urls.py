"""Addresses of the public forms, and of the list of a store's own links."""

from django.urls import path

from cloudstore.capture import views

app_name = "capture"

urlpatterns = [
    path("w/<slug:code>/", views.widget_form, name="widget"),
    path("w/<slug:code>/thanks/", views.thanks, name="thanks"),
    path("d/widgets/", views.own_links, name="links"),
    path("d/widgets/<slug:code>/qr.svg", views.qr_code, name="qr"),
]
