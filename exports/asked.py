"""What someone wants exported: a search and its sort, as one query string."""

from dataclasses import dataclass
from typing import Self

from django.http import QueryDict
from django.urls import reverse

from companies.search import engine, phrase
from companies.search.engine import Search
from companies.search.form import SearchForm
from companies.search.sorts import SORTS


class NothingChosen(ValueError):
    """The list's form came with neither rows nor « tout »."""


class NotUnderstood(ValueError):
    """Without the criteria of ``refused`` more would be written than was asked for."""

    def __init__(self, refused: tuple[str, ...]) -> None:
        super().__init__(" ".join(refused))
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Asked:
    """``refused`` says in words which criteria were not understood."""

    search: Search
    refused: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The same for the same wish, however it was typed."""
        return self.search.criteria.query(tri=self.search.sort)

    @property
    def words(self) -> str:
        return phrase.in_words(self.search.criteria)

    @property
    def sort_words(self) -> str:
        name = self.search.sort.lstrip("-")
        way = "décroissant" if self.search.sort.startswith("-") else "croissant"
        return f"{SORTS[name].label}, {way}"

    def count(self) -> int:
        return engine.total(self.search)

    def checked(self) -> Self:
        """Raises NotUnderstood: for whoever reads companies, not only words."""
        if self.refused:
            raise NotUnderstood(self.refused)
        return self


def list_url(query: str, *, desk_id: int | None) -> str:
    """The list as it was, read again by its own form: never an address as given."""
    return f"{reverse('companies:list')}?{of_query(query, desk_id=desk_id).query}"


def of_query(query: str | QueryDict, *, desk_id: int | None) -> Asked:
    """The list's own query string; rows chosen one by one are ``siren=…`` in it."""
    given = query if isinstance(query, QueryDict) else QueryDict(query)
    form = SearchForm(given, desk_id=desk_id)
    form.is_valid()
    search = engine.search(form.criteria, sort=form.sort, desk_id=desk_id)
    return Asked(search, tuple(form.in_words()))


def of_selection(data: QueryDict, *, desk_id: int | None) -> Asked:
    """The list's selection form: ``siren`` repeated, or ``tout`` with ``requete``.

    Nothing is read yet: everything that was found may be ten million rows.
    """
    listed = data.get("requete", "")
    if data.get("tout"):
        return of_query(listed, desk_id=desk_id)
    chosen = QueryDict(mutable=True)
    chosen.setlist("siren", data.getlist("siren"))
    if sort := QueryDict(listed).get("tri"):
        chosen["tri"] = sort
    asked = of_query(chosen, desk_id=desk_id)
    if not asked.search.criteria.siren:
        raise NothingChosen
    return asked
