"""Made-up officers. Their names say so; their offices are real ones."""

from datetime import date

from enrichment.sandbox.invented.company import LAST_DAY, Person, earliest_year
from enrichment.sandbox.invented.draws import Draws

_LEADERS = (
    "Président de SAS",
    "Président de SAS",
    "Gérant",
    "Gérant",
    "Président du conseil d’administration et directeur général",
)
_OTHERS = ("Directeur Général", "Directeur général délégué", "Administrateur")
_YOUNGEST_LEADER = 28


def people(siren: str, draws: Draws) -> tuple[Person, ...]:
    """The leader first, then a heir for one company in twelve, then others."""
    leader = _leader(siren, draws)
    found = [leader]
    if leader.born_on.year <= 1966 and draws.chance("has_heir", 0.25):
        found.append(_heir(siren, leader, draws))
    others = draws.pick("others", (0, 0, 0, 1, 1, 2))
    found += [_other(siren, rank, draws) for rank in range(others)]
    return tuple(found)


def _leader(siren: str, draws: Draws) -> Person:
    # Two draws added make the middle of the range the usual age.
    age = 35 + round(22.5 * (draws.unit("age:a") + draws.unit("age:b")))
    born_on = date(LAST_DAY.year - age, draws.whole("born_month", 1, 12), 1)
    return Person(
        surname="SPÉCIMEN ALPHA",
        first_name="Fictif",
        role=draws.pick("role", _LEADERS),
        born_on=born_on,
        since=_since(siren, born_on, "leader", draws),
    )


def _heir(siren: str, elder: Person, draws: Draws) -> Person:
    born_on = date(
        min(2000, elder.born_on.year + draws.whole("gap", 22, 32)),
        draws.whole("heir_month", 1, 12),
        1,
    )
    return Person(
        surname=elder.surname,
        first_name="Fictive",
        role="Directeur Général",
        born_on=born_on,
        since=_since(siren, born_on, "heir", draws),
    )


def _other(siren: str, rank: int, draws: Draws) -> Person:
    born_on = date(draws.whole(f"other_year:{rank}", 1952, 1992), 1 + 5 * rank, 1)
    return Person(
        surname=f"SPÉCIMEN {('BRAVO', 'CHARLIE')[rank]}",
        first_name="Fictif",
        role=draws.pick(f"other_role:{rank}", _OTHERS),
        born_on=born_on,
        since=_since(siren, born_on, f"other:{rank}", draws),
    )


def _since(siren: str, born_on: date, purpose: str, draws: Draws) -> date:
    first = max(earliest_year(siren), born_on.year + _YOUNGEST_LEADER)
    last = LAST_DAY.year - 1
    # The later the rarer: half of the leaders have been there from early on.
    share = draws.unit(f"since:{purpose}") ** 1.6
    year = min(last, first + round(share * max(0, last - first)))
    return date(year, draws.whole(f"since_month:{purpose}", 1, 12), 1)
