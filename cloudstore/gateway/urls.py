"""Connecting accounts to their platform."""

from django.urls import path

from cloudstore.gateway import views

app_name = "gateway"

urlpatterns = [
    path("d/accounts/", views.accounts, name="accounts"),
    path("connect/douyin/<int:pk>/", views.connect, name="connect"),
    path("connect/douyin/", views.connected, name="connected"),
]
