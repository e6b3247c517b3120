"""Which source wins, and what each costs and allows now: the rules as a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy
from redis.exceptions import RedisError

from enrichment import merge, wording
from enrichment.lifetimes import NEGATIVE, PARTIAL
from enrichment.sources import Terms, all_terms
from enrichment.wording import Words
from mainsite.lib.limiter import GateState, state_of

GROUPS: Final[Words] = {
    "identity": gettext_lazy("Identité"),
    "accounts": gettext_lazy("Comptes"),
    "officers": gettext_lazy("Dirigeants"),
    "events": gettext_lazy("Annonces légales"),
}
# Why each source stands where it does, by group.
REASONS: Final[Mapping[str, Words]] = {
    "identity": {
        "recherche_entreprises": gettext_lazy(
            "reprend chaque jour l’INSEE et l’INPI, avec le NAF 2025"
        ),
        "sirene": gettext_lazy("le registre de l’INSEE lui-même"),
        "rne": gettext_lazy("ce que la société a déclaré au guichet unique"),
        "pappers": gettext_lazy("compile les trois autres"),
    },
    "accounts": {
        "pappers": gettext_lazy("dix exercices, comptes consolidés compris"),
        "rne": gettext_lazy("les liasses déposées, sans les comptes confidentiels"),
        "inpi_bce": gettext_lazy("mêmes dépôts, ratios recalculés par l’INPI"),
        "recherche_entreprises": gettext_lazy(
            "une année, sans jour de clôture ni type de comptes"
        ),
        "bodacc": gettext_lazy("que des comptes sont déposés, jamais leurs montants"),
    },
    "officers": {
        "pappers": gettext_lazy("date la prise de poste"),
        "rne": gettext_lazy("le registre d’où viennent les autres"),
        "recherche_entreprises": gettext_lazy("sans date de prise de poste"),
    },
    "events": {
        "bodacc": gettext_lazy("le journal officiel lui-même, annulations comprises"),
        "pappers": gettext_lazy("les mêmes annonces, reconnues à leur numéro"),
        "rne": gettext_lazy("l’historique du registre"),
    },
}
# The rules of `merge`, in the words of an analyst.
RULES: Final[tuple[Words, ...]] = (
    {
        "what": gettext_lazy("Blancs seulement"),
        "rule": gettext_lazy(
            "L’identité du registre n’est jamais remplacée\u00a0: une source remplit "
            "ce qui manque. Ce qu’elle dit d’autre est montré comme désaccord."
        ),
    },
    {
        "what": gettext_lazy("Fraîcheur"),
        "rule": gettext_lazy(
            "Un relevé plus vieux qu’un autre de 400 jours lui cède la place, quel que "
            "soit l’ordre des sources."
        ),
    },
    {
        "what": gettext_lazy("Type de comptes"),
        "rule": gettext_lazy(
            "Comptes sociaux, puis simplifiés, puis consolidés. La croissance se "
            "calcule dans un seul type, jamais de l’un à l’autre."
        ),
    },
    {
        "what": gettext_lazy("Exercice"),
        "rule": gettext_lazy(
            "Un exercice est sa date de clôture et son type. Sa durée est "
            "gardée\u00a0: 7 ou 18 mois ne donnent pas de croissance. Une année sans "
            "jour rejoint l’exercice clos cette année-là."
        ),
    },
    {
        "what": gettext_lazy("Même montant"),
        "rule": gettext_lazy(
            "Moins de 1\u00a0000\u00a0€ ou de 0,5\u00a0% d’écart\u00a0: les sources "
            "arrondissent, ce n’est pas un désaccord."
        ),
    },
    {
        "what": gettext_lazy("Zéro"),
        "rule": gettext_lazy(
            "Un chiffre d’affaires nul est un chiffre non publié, pas une société sans "
            "ventes."
        ),
    },
    {
        "what": gettext_lazy("Confidentiel"),
        "rule": gettext_lazy(
            "Des comptes déposés et confidentiels ne sont pas des comptes "
            "inconnus\u00a0: l’exercice existe, ses montants n’ont pas à être devinés."
        ),
    },
    {
        "what": gettext_lazy("Facteur mille"),
        "rule": gettext_lazy(
            "De 500 à 2\u00a0000 fois moins que l’exercice voisin, ou qu’une autre "
            "source\u00a0: signalé, gardé tel que publié, sans croissance."
        ),
    },
    {
        "what": gettext_lazy("Annonce annulée"),
        "rule": gettext_lazy(
            "Une annonce que l’une des sources dit annulée ou rectifiée l’est\u00a0: "
            "les autres peuvent être en retard."
        ),
    },
)


@dataclass(frozen=True, kw_only=True)
class Order:
    """A group of fields, and the sources that tell it, the one that wins first."""

    label: str
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class SourceRules:
    """A source as ops set it today, and the state it is in."""

    terms: Terms
    gate: GateState | None

    @property
    def gives(self) -> str:
        return wording.gives(self.terms)

    @property
    def prices(self) -> tuple[tuple[str, Decimal | None], ...]:
        """The units of each pool, with their price when it is known."""
        pools = {price.pool for price in self.terms.prices.values() if price.units}
        return tuple(
            (wording.units(pool), self.terms.unit_eur.get(pool))
            for pool in sorted(pools)
        )

    @property
    def reuse(self) -> str:
        return wording.hours(self.terms.reuse_hours)

    @property
    def state(self) -> str:
        """In words: off, held, left alone for a while, or open."""
        if self.terms.off:
            return wording.off(self.terms.off)
        if self.terms.is_held:
            return wording.held(self.terms)
        return wording.rests_or_pauses(self.gate) if self.gate else ""

    @property
    def is_open(self) -> bool:
        return not self.state


def orders() -> tuple[Order, ...]:
    return tuple(
        Order(
            label=str(label),
            sources=tuple(
                (wording.source_label(name), str(REASONS[group][name]))
                for name in merge.PRIORITY[group]
            ),
        )
        for group, label in GROUPS.items()
    )


def sources() -> tuple[SourceRules, ...]:
    terms = all_terms()
    gates = _gates(terms)
    return tuple(
        SourceRules(terms=one, gate=gates.get(name)) for name, one in terms.items()
    )


def _gates(names: Iterable[str]) -> dict[str, GateState]:
    try:
        return {gate.name: gate for gate in state_of(names)}
    except RedisError:
        # Nobody knows then; the rest of the page does not depend on it.
        return {}


def short_lives() -> tuple[int, int]:
    """Minutes of a partial answer, hours of a negative one."""
    return (
        round(PARTIAL.total_seconds() / 60),
        round(NEGATIVE.total_seconds() / 3600),
    )
