"""What the filters beside the list show: choices with their counts, what was typed."""

from typing import Any

from companies import grid
from companies.addresses import ListAddress
from companies.search import engine, facets, pairs
from companies.search.engine import Search
from companies.search.facets import Facets
from companies.search.form import SearchForm


def context(
    form: SearchForm, address: ListAddress, found: Facets | None = None
) -> dict[str, Any]:
    """Without counts the choices made are kept, whatever cannot be shown."""
    criteria = form.criteria
    elsewhere = {
        "tri": address.sort,
        "colonnes": grid.write(address.columns),
        "recherche": address.saved,
    }
    return {
        "form": form,
        "criteria": criteria,
        "facets": found,
        "kept": [
            *(pair for pair in elsewhere.items() if pair[1]),
            *facets.unseen(criteria, found),
        ],
        "contradictions": pairs.contradictions(criteria),
        "events": pairs.events(criteria),
        "lists": pairs.lists(criteria, form.list_names),
    }


def refused(form: SearchForm, search: Search, address: ListAddress) -> dict[str, Any]:
    """Nothing is listed: what was understood is wider than what was asked for."""
    wider = engine.summary(search)
    return {
        **context(form, address, wider.facets),
        "wider": wider.total,
        "without_url": address.url,
    }
