"""Signing in and out. Only what the product offers: no public registration, no password mail (there is no mail server by default)."""

from allauth.account import views
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", views.login, name="account_login"),
    path("sign-out/", views.logout, name="account_logout"),
    path("sign-in/closed/", views.account_inactive, name="account_inactive"),
    path("sign-in/again/", views.reauthenticate, name="account_reauthenticate"),
    path("d/me/password/", views.password_change, name="account_change_password"),
    path("d/me/two-step/", include("allauth.mfa.urls")),
]
