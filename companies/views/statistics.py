"""How many companies, by sector and by place, and what is known of them."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from companies import statistics
from companies.statistics_form import StatisticsForm
from mainsite.lib.http import render_page
from mainsite.lib.shedding import expensive


@expensive()
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Figures of the whole register: the same for every desk."""
    form = StatisticsForm(request.GET)
    form.full_clean()
    context = {
        "form": form,
        "scope": form.scope,
        "refused": form.in_words(),
        "counted_at": statistics.counted_at(),
        **_tables(form),
    }
    return render_page(request, "companies/statistics.html", context)


def _tables(form: StatisticsForm) -> dict[str, object]:
    read = statistics.read(form.scope)
    return {
        "whole": read.whole,
        "sectors": read.sectors,
        "places": read.places,
        "bands": read.bands,
    }
