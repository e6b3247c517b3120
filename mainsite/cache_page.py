"""« Cache », a page of the admin: what it spares, what it holds, how to empty it."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, sessions
from accounts.wall import needs_confirmation
from mainsite.actions import Action
from mainsite.lib import cache

FAMILIES = {
    cache.ANSWERS.name: gettext_lazy("réponses des sources"),
    cache.SOURCE_PANELS.name: gettext_lazy("relevés des sources, page société"),
    cache.SCORE_PANELS.name: gettext_lazy("lectures, page société"),
    cache.RULESETS.name: gettext_lazy("règles en service"),
    cache.TRIAL_SAMPLES.name: gettext_lazy("échantillons d’essai des règles"),
    cache.SECTOR_CELLS.name: gettext_lazy("quartiles par secteur et taille"),
}
LEVELS = {
    cache.LOCAL: gettext_lazy("processus"),
    cache.REDIS: gettext_lazy("Redis"),
    cache.DATABASE: gettext_lazy("PostgreSQL"),
}
PERIODS = {
    "1": gettext_lazy("aujourd’hui"),
    "7": gettext_lazy("sept jours"),
    "35": gettext_lazy("cinq semaines"),
}


@admin.site.admin_view
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    period = request.GET.get("jours", "")
    period = period if period in PERIODS else "1"
    context = {
        "title": _("Cache"),
        "subtitle": None,
        "periods": PERIODS,
        "period": period,
        "families": _families(int(period)),
        "server": cache.server(),
    }
    return render(
        request, "admin/cache.html", admin.site.each_context(request) | context
    )


def _families(days: int) -> list[dict[str, Any]]:
    """Every family with its levels, those nobody looked at included."""
    figures = cache.figures(days=days) or []
    return [
        {
            "name": name,
            "label": FAMILIES.get(name, name),
            "family": family,
            "levels": [
                (LEVELS.get(each.level, each.level), each)
                for each in figures
                if each.family == name
            ],
        }
        for name, family in cache.FAMILIES.items()
    ]


@needs_confirmation()
@admin.site.admin_view
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """End all that is kept of a family: it is made anew as it is asked for."""
    name = request.POST.get("family", "")
    if name not in cache.FAMILIES:
        raise Http404
    if not cache.forget_family(name):
        messages.error(request, _("Redis ne répond pas\u00a0: rien n’a été invalidé."))
        return redirect("cache")
    audit.record(
        actor=sessions.signed_in_user(request),
        action=Action.CACHE_FORGOTTEN,
        resource=f"cache:{name}",
        request=request,
    )
    sentence = _("Famille «\u00a0%(name)s\u00a0» invalidée, à refaire à la demande.")
    messages.success(request, sentence % {"name": FAMILIES.get(name, name)})
    return redirect("cache")
