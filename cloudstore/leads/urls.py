"""Addresses of the store's leads."""

from django.urls import path

from cloudstore.leads import views

app_name = "leads"
urlpatterns = [
    path("d/leads/", views.listing, name="list"),
    path("d/leads/search/", views.search, name="search"),
    path("d/leads/badge/", views.badge, name="badge"),
    path("d/leads/<uuid:pk>/", views.lead, name="lead"),
    path("d/leads/<uuid:pk>/number/", views.number, name="number"),
    path("d/leads/<uuid:pk>/follow/<slug:kind>/", views.follow, name="follow"),
    path("d/leads/<uuid:pk>/level/", views.level, name="level"),
    path("d/leads/<uuid:pk>/step/<slug:verb>/", views.step, name="step"),
    path("d/leads/<uuid:pk>/consultant/", views.consultant, name="consultant"),
]
