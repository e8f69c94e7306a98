"""Addresses of the boards."""

from django.urls import path

from dashboards import views
from dashboards.lists import dealers, leads, posts, sessions

app_name = "dashboards"

urlpatterns = [
    path("board/", views.network, name="network"),
    path("board/regions/<str:code>/", views.region, name="region"),
    path("board/dealers/", dealers, name="dealers"),
    path("board/dealers/<str:code>/", views.dealer, name="dealer"),
    path("board/dealers/<str:code>/card/", views.card, name="card"),
    path("board/leads/", leads, name="leads"),
    path("board/posts/", posts, name="posts"),
    path("board/sessions/", sessions, name="sessions"),
    path("board/metrics/", views.metrics, name="metrics"),
    path("board/figures/<str:name>.json", views.figure, name="figure"),
    path("d/card/", views.own_card, name="own_card"),
]
