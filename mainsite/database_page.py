"""« Base de données », a page of the admin: what it costs, who waits, what is dead."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit, sessions
from accounts.wall import needs_confirmation
from mainsite import database_statistics as statistics
from mainsite.actions import Action
from mainsite.database_statistics import StatisticsUnavailable

SORTS = {
    "total": gettext_lazy("temps total"),
    "mean": gettext_lazy("temps moyen"),
    "calls": gettext_lazy("appels"),
    "blocks": gettext_lazy("blocs par appel"),
}
REASONS = {
    "extension": gettext_lazy(
        "L’extension pg_stat_statements n’est pas installée dans cette base. Un "
        "administrateur l’installe par CREATE EXTENSION pg_stat_statements."
    ),
    "loaded": gettext_lazy(
        "L’extension est installée mais le serveur ne la charge pas\u00a0: "
        "shared_preload_libraries doit contenir pg_stat_statements, au prochain "
        "démarrage de PostgreSQL."
    ),
    "right": gettext_lazy(
        "Le rôle propriétaire n’en a pas le droit\u00a0: un administrateur lui accorde "
        "pg_monitor et EXECUTE sur pg_stat_statements_reset."
    ),
}


@admin.site.admin_view
@require_safe
def database(request: HttpRequest) -> HttpResponse:
    sort = request.GET.get("tri", "total")
    context = {
        "server": statistics.server(),
        "sessions": statistics.sessions(),
        "locks": statistics.waiting_locks(),
        "tables": statistics.tables(),
        "sorts": SORTS,
        "sort": sort if sort in SORTS else "total",
    }
    context |= _statements(str(context["sort"]))
    return _page(request, "admin/database.html", context)


def _statements(sort: str) -> dict[str, Any]:
    try:
        return {"statements": statistics.statements(sort), "unavailable": ""}
    except StatisticsUnavailable as missing:
        return {"statements": [], "unavailable": REASONS[missing.reason]}


@needs_confirmation()
@admin.site.admin_view
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """The question first; the answer is a POST, and leaves a trace."""
    if request.method != "POST":
        return _page(request, "admin/database_reset.html", {})
    try:
        with transaction.atomic():
            statistics.reset_statements()
            audit.record(
                actor=sessions.signed_in_user(request),
                action=Action.STATEMENTS_RESET,
                resource="database:statements",
                request=request,
            )
    except StatisticsUnavailable as missing:
        messages.error(request, REASONS[missing.reason])
    else:
        messages.success(request, _("Les statistiques repartent de zéro."))
    return redirect("database")


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    title = {"title": _("Base de données"), "subtitle": None}
    return render(request, name, admin.site.each_context(request) | title | context)
