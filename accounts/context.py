"""What every page knows: which installation it is, its name, what was chosen here."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import installation as installations

THEMES = ("light", "dark")


def installation(request: HttpRequest) -> dict[str, Any]:
    theme = _chosen(request, "theme")
    return {
        "installation": SimpleLazyObject(installations.current),
        "SITE_NAME": settings.SITE_NAME,
        "theme": theme if theme in THEMES else "",
        "shortcuts_are_off": _chosen(request, "shortcuts") == "off",
    }


def _chosen(request: HttpRequest, name: str) -> str:
    return request.COOKIES.get(f"{settings.COOKIE_PREFIX}{name}", "")
