"""Addresses of the message pages."""

from django.urls import path

from cloudstore.inbox import views

app_name = "inbox"

urlpatterns = [
    path("d/messages/", views.conversations, name="list"),
    path("d/messages/<uuid:pk>/", views.conversation, name="conversation"),
]
