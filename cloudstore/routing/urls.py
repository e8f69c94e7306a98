"""Addresses of the OEM desk (inside the console's frame) and of the store's form for visitors."""

from django.contrib.auth.decorators import login_required
from django.urls import path

from cloudstore.routing import views, walk_in_views

app_name = "routing"
urlpatterns = [
    path("admin/desk/", login_required(views.desk), name="desk"),
    path("admin/desk/list/", login_required(views.listing), name="desk_list"),
    path("admin/desk/find/", login_required(views.find), name="desk_find"),
    path("admin/desk/queue.<slug:kind>", login_required(views.export), name="desk_export"),
    path("admin/desk/<uuid:pk>/", login_required(views.lead), name="desk_lead"),
    path("admin/desk/<uuid:pk>/standing/", login_required(views.standing), name="desk_standing"),
    path("admin/desk/<uuid:pk>/act/", login_required(views.act), name="desk_act"),
    path("admin/desk/<uuid:pk>/number/", login_required(views.reveal), name="desk_number"),
    path("admin/desk/<uuid:pk>/keep/", login_required(views.keep), name="desk_keep"),
    path("d/leads/new/", walk_in_views.walk_in, name="walk_in"),
]
