"""Addresses of the dealer's task workspace, and of the review desk."""

from django.urls import path

from tasks import views

app_name = "tasks"

urlpatterns = [
    path("d/tasks/", views.inbox, name="inbox"),
    path("d/tasks/<uuid:pk>/", views.assignment, name="assignment"),
    path("d/tasks/<uuid:pk>/progress/", views.progress, name="progress"),
    path("d/tasks/<uuid:pk>/answer/", views.answer, name="answer"),
    path("d/tasks/<uuid:pk>/upload/", views.upload, name="upload"),
    path("d/tasks/<uuid:pk>/upload/start/", views.start_upload, name="start_upload"),
    path("d/tasks/<uuid:pk>/upload/story/", views.start_story, name="start_story"),
    path("d/tasks/<uuid:pk>/send/", views.send, name="send"),
    path("d/tasks/<uuid:pk>/materials/<int:document_id>/", views.material, name="material"),
    path("d/submissions/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("d/earnings/", views.earnings, name="earnings"),
]
