"""What every page knows: which installation it shows, its name, the chosen theme."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import installation as installations

THEMES = ("light", "dark")


def installation(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    return {
        "installation": SimpleLazyObject(installations.current),
        "SITE_NAME": settings.SITE_NAME,
        "theme": theme if theme in THEMES else "",
    }
