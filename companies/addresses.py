"""Addresses of the list: what is looked for, and how it is looked at."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Self

from django.http import QueryDict
from django.urls import reverse

from companies import grid
from companies.search.criteria import Criteria
from companies.search.form import SearchForm


@cache
def home() -> str:
    """Asked for by each link of the list: fourteen times a page."""
    return reverse("companies:list")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAddress:
    """``saved`` is the public id of the saved search that it comes from."""

    criteria: Criteria
    sort: str
    columns: tuple[str, ...] = grid.USUAL
    saved: str = ""

    @property
    def search(self) -> str:
        """The query string of the search alone."""
        return self.criteria.query(tri=self.sort)

    @property
    def query(self) -> str:
        return self.query_at("")

    @property
    def url(self) -> str:
        return f"{home()}?{self.query}"

    def query_at(self, position: str) -> str:
        return self.criteria.query(
            tri=self.sort,
            colonnes=grid.write(self.columns),
            recherche=self.saved,
            curseur=position,
        )

    def url_at(self, position: object) -> str:
        """Empty when there is no such page."""
        if position is None:
            return ""
        return f"{home()}?{self.query_at(str(position))}"

    def but(self, **changes: Any) -> Self:
        return replace(self, **changes)


def of(data: QueryDict, form: SearchForm, *, saved: str = "") -> ListAddress:
    """The address that ``data`` says, its search being read by ``form``."""
    return ListAddress(
        criteria=form.criteria,
        sort=form.sort,
        columns=grid.read(data.getlist("colonnes")),
        saved=saved,
    )


def back(query: str, *, desk_id: int | None) -> str:
    """The list as it was, read again by its own form: never an address as given."""
    data = QueryDict(query)
    form = SearchForm(data, desk_id=desk_id)
    form.is_valid()
    return of(data, form, saved=saved_in(data)).url


def saved_in(data: QueryDict) -> str:
    """The public id of a saved search, if what is said may be one."""
    text = data.get("recherche", "")
    return text if len(text) == 36 and not set(text) - set("0123456789abcdef-") else ""
