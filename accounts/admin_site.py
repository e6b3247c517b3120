"""Django's admin for ops, behind the same wall as every page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts import perms, sessions


class OpsAdminSite(admin.AdminSite):
    site_header = site_title = "M&A Intelligence"
    index_title = _("Exploitation")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return sessions.is_verified(request) and perms.can_administer(request.user)

    # The admin's own doors would know nothing of the second factor.
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if sessions.is_verified(request):
            return HttpResponse(_("Réservé à l’exploitation."), status=403)
        return redirect("accounts:sign_in")

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("accounts:security")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("accounts:password")
