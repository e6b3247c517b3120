"""Every address of the product; pages of one app hang under another's object here."""

from django.contrib import admin
from django.urls import include, path, register_converter

from mainsite import (
    cache_page,
    database_page,
    dead_letters_page,
    health,
    metrics,
    register_page,
)
from mainsite.lib.http import SirenConverter

register_converter(SirenConverter, "siren")

handler500 = "mainsite.errors.server_error"

urlpatterns = [
    path("", include("companies.urls")),
    path("compte/", include("accounts.urls")),
    path("", include("enrichment.urls")),
    path("", include("scoring.urls")),
    path("", include("exports.urls")),
    path("api/", include("api.urls")),
    path("administration/base/", database_page.database, name="database"),
    path("administration/base/zero/", database_page.reset, name="database_reset"),
    path("administration/cache/", cache_page.show, name="cache"),
    path("administration/cache/invalider/", cache_page.forget, name="cache_forget"),
    path("administration/lettres-mortes/", dead_letters_page.page, name="dead_letters"),
    path(
        "administration/lettres-mortes/<slug:section>/",
        dead_letters_page.act,
        name="dead_letters_act",
    ),
    path("administration/registre/", register_page.show, name="register"),
    path("administration/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
