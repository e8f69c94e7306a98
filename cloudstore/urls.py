"""Every address of the product. Each room brings its own urls.py, with whole paths and its own namespace."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cloudstore.kit.views import not_found
from cloudstore.network.views import home
from cloudstore.queue.views import healthz

#: Rooms with pages of their own, in the order in which their addresses are tried.
ROOMS = (
    "cloudstore.users",
    "tasks",
    "cloudstore.leads",
    "cloudstore.inbox",
    "cloudstore.live",
    "media",
    "cloudstore.routing",
    "cloudstore.capture",
    "cloudstore.storefront",
    "cloudstore.gateway",
    "dashboards",
)

urlpatterns: list[URLPattern | URLResolver] = [
    # The bare address is what people type: it leads to everybody's own first page, and strangers to the sign-in.
    path("", RedirectView.as_view(pattern_name="home")),
    path("healthz", healthz, name="healthz"),
    path("favicon.ico", RedirectView.as_view(url=settings.STATIC_URL + "kit/logo.svg")),
    path("home/", home, name="home"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("cloudstore.users.signin_urls")),
    *[path("", include(f"{room}.urls")) for room in ROOMS if find_spec(f"{room}.urls")],
    # One sign-in and one account page for all surfaces; the console's own ones are not reached.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/account/", RedirectView.as_view(pattern_name="users:me")),
    path("_util/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    re_path("^admin/password_reset/", not_found),
    path("admin/", include(wagtailadmin_urls)),
    # Papers of a brand's library; network.wagtail_hooks says who may open which.
    path("documents/", include(wagtaildocs_urls)),
    # Public pages: the dealers' homepages. Last, because Wagtail answers for every address that is left.
    path("", include(wagtail_urls)),
]

handler404 = "cloudstore.kit.views.not_found"
handler403 = "cloudstore.kit.views.refused"
handler500 = "cloudstore.kit.views.failed"
