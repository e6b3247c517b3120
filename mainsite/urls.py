"""Every address of the product; pages of one app hang under another's object here."""

from django.contrib import admin
from django.urls import include, path, register_converter

from mainsite import database_page, health
from mainsite.lib.http import SirenConverter

register_converter(SirenConverter, "siren")

handler500 = "mainsite.errors.server_error"

urlpatterns = [
    path("", include("companies.urls")),
    path("compte/", include("accounts.urls")),
    path("", include("enrichment.urls")),
    path("", include("scoring.urls")),
    path("", include("exports.urls")),
    path("administration/base/", database_page.database, name="database"),
    path("administration/base/zero/", database_page.reset, name="database_reset"),
    path("administration/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
