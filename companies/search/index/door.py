"""The index asked in the words of the list: sorts by name, keys as addresses tell them.

What the index sorts by is not always what SQL does: a day counted backwards from 1970
stands for an age, bytes for a name.
"""

from collections.abc import Iterator

from companies.search import days
from companies.search.index.answers import Answer
from companies.search.index.columns import day_number
from companies.search.index.order import Place as Stored
from companies.search.places import Place

COLUMNS = {
    "nom": "name",
    "siege": "geo",
    "naf": "naf",
    "attractivite": "score",
    "cedabilite": "sale_likelihood",
    "couverture": "coverage",
    "ca": "revenue",
    "resultat": "net_income",
    "effectif": "headcount",
    "age": "seniority",
    "dirigeant": "leader_age",
    "anciennete": "leader_tenure",
    "forme": "legal_form",
    "statut": "status",
    "maj": "enriched_at",
}
_DAYS = {"seniority", "leader_tenure"}


class Indexed(Answer):
    """``Answer`` with the list's own sorts and places."""

    def take(
        self, sort: str, after: Place | None, most: int, *, backwards: bool
    ) -> list[Place]:
        column = COLUMNS[sort.lstrip("-")]
        found = self.ordered(
            column,
            _stored(column, after) if after else None,
            most,
            descending=sort.startswith("-"),
            backwards=backwards,
        )
        return [_shown(column, place) for place in found]

    def walk(self, sort: str) -> Iterator[int]:
        column = COLUMNS[sort.lstrip("-")]
        return self.walked(column, descending=sort.startswith("-"))


def _stored(column: str, place: Place) -> Stored:
    key = place.key
    if column == "name":
        # A cursor of SQL has the unknown as None; every company has a name.
        return Stored(str(key or "").encode("utf-8", "surrogatepass"), place.siren)
    if key is not None and column in _DAYS:
        key = int(key) - day_number(days.today())
    return Stored(key, place.siren)


def _shown(column: str, place: Stored) -> Place:
    key = place.key
    if column == "name":
        return Place(key.decode("utf-8", "replace"), place.siren)
    if key is not None and column in _DAYS:
        key += day_number(days.today())
    return Place(key, place.siren)
