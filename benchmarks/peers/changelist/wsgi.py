"""The smallest project with Django's own admin over the rows; nobody signs in."""

import os
from collections.abc import Callable
from typing import Any

import django
import environ
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from benchmarks.peers.rows import COLUMNS


class Anybody:
    """Whoever asks may see everything, without a query for who they are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        from django.contrib.auth.models import User

        who = User(pk=1, username="peer", is_staff=True, is_superuser=True)
        request.user = who  # type: ignore[assignment]
        return self._get_response(request)


settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "benchmarks.peers.changelist",
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        f"{__name__}.Anybody",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={
        "default": {
            **environ.Env().db_url("DATABASE_URL"),
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 4}},
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    STATIC_URL="static/",
    USE_TZ=True,
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import path  # noqa: E402

from benchmarks.peers.changelist.models import Row  # noqa: E402


class RowAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = COLUMNS
    list_filter = ("region", "departement", "section")
    search_fields = ("name",)
    list_per_page = 50

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


site = admin.AdminSite()
site.register(Row, RowAdmin)
urlpatterns = [path("", site.urls)]
application = get_wsgi_application()
