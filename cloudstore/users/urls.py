"""A person's own page."""

from django.urls import path

from cloudstore.users import views

app_name = "users"

urlpatterns = [path("d/me/", views.me, name="me")]
