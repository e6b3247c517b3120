"""The companies ticked in the list: some rows, or everything that was found."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from django.http import QueryDict
from django.utils.translation import gettext as _

from companies.models import TargetList
from companies.search import engine, phrase
from companies.search.engine import Search
from companies.search.form import SearchForm


class SelectionRefused(ValueError):
    """``str()`` is the sentence to show."""


class SelectionIsEmpty(SelectionRefused):
    def __init__(self) -> None:
        super().__init__(_("Aucune société n’est sélectionnée."))


class SelectionIsTooLarge(ValueError):
    """``found`` companies where ``most`` are taken at once."""

    def __init__(self, *, found: int, most: int) -> None:
        super().__init__(f"{found} > {most}")
        self.found, self.most = found, most


class SelectionIsNotUnderstood(SelectionRefused):
    """Without the criteria that are refused more is found than was asked for."""

    def __init__(self, refused: Iterable[str]) -> None:
        super().__init__(" ".join(refused))


@dataclass(frozen=True)
class Chosen:
    """What is chosen, not read yet: it may be the ten million."""

    search: Search

    @cached_property
    def count(self) -> int:
        return engine.total(self.search)

    @property
    def words(self) -> str:
        return phrase.in_words(self.search.criteria)

    @property
    def query(self) -> str:
        return self.search.criteria.query(tri=self.search.sort)

    def outside(self, target_list: TargetList) -> Search:
        """Those that are not in the list."""
        criteria = self.search.criteria
        left_out = (*criteria.hors_liste, str(target_list.public_id))
        return self._like(hors_liste=tuple(dict.fromkeys(left_out)))

    def inside(self, target_list: TargetList) -> Search:
        """Those that are in the list, and others too when several lists are chosen:
        the companies of any of them were asked for."""
        only = (str(target_list.public_id),)
        if self.search.criteria.liste in ((), only):
            return self._like(liste=only)
        return self.search

    def count_in(self, target_list: TargetList) -> int:
        return self.count - engine.total(self.outside(target_list))

    def _like(self, **changes: tuple[str, ...]) -> Search:
        criteria = replace(self.search.criteria, **changes)  # type: ignore[arg-type]
        sort, desk_id = self.search.sort, self.search.desk_id
        return engine.search(criteria, sort=sort, desk_id=desk_id)


@dataclass(frozen=True, slots=True)
class Selection:
    """In the list's order; ``words`` say what was taken."""

    sirens: tuple[str, ...]
    words: str


def of_query(query: str | QueryDict, *, desk_id: int | None) -> Chosen:
    """Everything that a query string of the list finds.

    Raises SelectionIsNotUnderstood.
    """
    given = query if isinstance(query, QueryDict) else QueryDict(query)
    form = SearchForm(given, desk_id=desk_id)
    if not form.is_valid():
        raise SelectionIsNotUnderstood(form.in_words())
    return Chosen(engine.search(form.criteria, sort=form.sort, desk_id=desk_id))


def chosen(data: QueryDict, *, desk_id: int | None) -> Chosen:
    """``siren`` repeated, or ``tout`` with the list's query string in ``requete``.

    Raises SelectionIsEmpty when nothing is ticked or found, SelectionIsNotUnderstood.
    """
    if data.get("tout"):
        wish = of_query(data.get("requete", ""), desk_id=desk_id)
    else:
        wish = of_query(_only_sirens(data), desk_id=desk_id)
        if not wish.search.criteria.siren:
            raise SelectionIsEmpty
    if not wish.count:
        raise SelectionIsEmpty
    return wish


def read(data: QueryDict, *, desk_id: int | None, most: int) -> Selection:
    """The companies themselves.

    Raises what ``chosen`` does, and SelectionIsTooLarge before anything is read.
    """
    wish = chosen(data, desk_id=desk_id)
    if wish.count > most:
        raise SelectionIsTooLarge(found=wish.count, most=most)
    return Selection(tuple(engine.sirens(wish.search, most=most)), wish.words)


def _only_sirens(data: QueryDict) -> QueryDict:
    """A row was ticked where it was seen: closed companies are taken too."""
    kept = QueryDict(mutable=True)
    kept.setlist("siren", data.getlist("siren"))
    listed = QueryDict(data.get("requete", ""))
    for name in ("tri", "fermees"):
        if listed.get(name):
            kept[name] = listed[name]
    return kept
