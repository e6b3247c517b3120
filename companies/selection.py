"""The companies ticked in the list: some rows, or everything that was found."""

from dataclasses import dataclass

from django.http import QueryDict

from companies.search import engine, phrase
from companies.search.form import SearchForm


class SelectionIsEmpty(ValueError):
    pass


class SelectionIsTooLarge(ValueError):
    """``found`` companies where ``most`` are taken at once."""

    def __init__(self, *, found: int, most: int) -> None:
        super().__init__(f"{found} > {most}")
        self.found, self.most = found, most


@dataclass(frozen=True, slots=True)
class Selection:
    """In the list's order; ``words`` say what was taken."""

    sirens: tuple[str, ...]
    words: str


def read(data: QueryDict, *, desk_id: int | None, most: int) -> Selection:
    """``siren`` repeated, or ``tout`` with the list's query string in ``requete``.

    Raises SelectionIsEmpty, and SelectionIsTooLarge before anything is read.
    """
    if data.get("tout"):
        form = SearchForm(QueryDict(data.get("requete", "")))
    else:
        form = SearchForm(_only_sirens(data))
    form.is_valid()
    criteria = form.criteria
    if not data.get("tout") and not criteria.siren:
        raise SelectionIsEmpty
    search = engine.search(criteria, sort=form.sort, desk_id=desk_id)
    found = engine.total(search)
    if not found:
        raise SelectionIsEmpty
    if found > most:
        raise SelectionIsTooLarge(found=found, most=most)
    return Selection(tuple(engine.sirens(search, most=most)), phrase.in_words(criteria))


def _only_sirens(data: QueryDict) -> QueryDict:
    kept = QueryDict(mutable=True)
    kept.setlist("siren", data.getlist("siren"))
    sort = QueryDict(data.get("requete", "")).get("tri")
    if sort:
        kept["tri"] = sort
    return kept
