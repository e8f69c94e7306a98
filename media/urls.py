"""Addresses of uploads and files."""

from django.urls import path

from media import views

app_name = "media"

urlpatterns = [
    path("d/media/<uuid:pk>/", views.upload, name="upload"),
    path("d/media/<uuid:pk>/complete/", views.complete, name="complete"),
    path("d/media/<uuid:pk>/photos/", views.photos, name="photos"),
    path("uploads/images/<str:name>", views.brand_image, name="brand_image"),
    path("uploads/original_images/<str:name>", views.original_image, name="original_image"),
    path("uploads/<str:token>", views.file, name="file"),
]
