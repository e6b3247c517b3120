"""What may be wanted or unwanted: kinds of events, lists of the desk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.choices import EventKind
from companies.search.criteria import Criteria

# Short enough for the width of the filters.
EVENT_LABELS = {
    EventKind.SALE: gettext_lazy("Cession de fonds"),
    EventKind.CLOSING: gettext_lazy("Radiation"),
    EventKind.PROCEEDING: gettext_lazy("Procédure ouverte"),
    EventKind.PROCEEDING_CLOSED: gettext_lazy("Procédure close"),
    EventKind.LEADER_CHANGE: gettext_lazy("Dirigeant changé"),
    EventKind.ACCOUNTS_FILED: gettext_lazy("Comptes déposés"),
    EventKind.LEASE_MANAGEMENT: gettext_lazy("Location-gérance"),
    EventKind.CREATION: gettext_lazy("Immatriculation"),
    EventKind.MODIFICATION: gettext_lazy("Modification"),
    EventKind.OTHER: gettext_lazy("Autre annonce"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two boxes on one line: with it and without it."""

    value: str
    label: str
    is_wanted: bool
    is_unwanted: bool

    @property
    def is_chosen(self) -> bool:
        return self.is_wanted or self.is_unwanted


def events(criteria: Criteria) -> list[Pair]:
    labels = {kind.value: str(EVENT_LABELS[kind]) for kind in EventKind}
    return list(_pairs(labels, criteria.evenement, criteria.sans_evenement))


def lists(criteria: Criteria, names: Mapping[str, str]) -> list[Pair]:
    """The chosen ones first: the others may be many."""
    found = list(_pairs(names, criteria.liste, criteria.hors_liste))
    return sorted(found, key=lambda pair: not pair.is_chosen)


def _pairs(
    labels: Mapping[str, str], wanted: tuple[str, ...], unwanted: tuple[str, ...]
) -> Iterable[Pair]:
    for value, label in labels.items():
        yield Pair(value, label, value in wanted, value in unwanted)


def contradictions(criteria: Criteria) -> list[str]:
    """Why nobody can meet these criteria, whoever is in the register."""
    found = []
    if criteria.evenement and set(criteria.evenement) <= set(criteria.sans_evenement):
        found.append(_("La même annonce est demandée et exclue sur la même période."))
    if criteria.liste and set(criteria.liste) <= set(criteria.hors_liste):
        found.append(_("Le même vivier est demandé et exclu."))
    oldest, tenure = criteria.dirigeant, criteria.anciennete
    if (
        oldest.high is not None
        and tenure.low is not None
        and not oldest.with_unknown
        and not tenure.with_unknown
        and tenure.low > oldest.high
    ):
        found.append(
            _("Un dirigeant ne peut pas être en poste depuis plus d’années qu’il n’a.")
        )
    return found
