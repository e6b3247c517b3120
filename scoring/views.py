"""The readings of a company: a piece of its page, and a page of its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts import sessions
from companies.models import Company
from mainsite.lib.flags import Flag, is_on
from mainsite.lib.http import render_page
from scoring import panel
from scoring.panel import Lang


@require_safe
def show(request: HttpRequest, siren: str) -> HttpResponse:
    company = get_object_or_404(
        Company.objects.visible_to(sessions.signed_in_user(request)), siren=siren
    )
    language: Lang = "en" if (get_language() or "fr")[:2] == "en" else "fr"
    readings = panel.readings(siren, lang=language)
    context = {
        "company": company,
        "new": readings.new,
        "old": readings.old,
        "history": readings.history,
        "opens_on_old": not is_on(
            Flag.NEW_SCORING_ALGORITHM, key=siren, request=request
        ),
    }
    return render_page(request, "scoring/panel.html", context, partials=["score-panel"])
