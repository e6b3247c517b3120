"""Every sort of the list: one expression, never null, with siren as tie-breaker.

The unknown comes last in both directions, so its stand-in depends on the direction.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Sort:
    """``column`` may be null; ``low`` and ``high`` are beyond every real value."""

    label: object
    column: str
    low: str
    high: str

    def key(self, *, descending: bool) -> str:
        return f"coalesce({self.column}, {self.low if descending else self.high})"


SMALL = ("(-32768)::smallint", "32767::smallint")
INT = ("(-2147483648)::int", "2147483647")
BIG = ("(-9223372036854775807)::bigint", "9223372036854775807")

# Days are days of Europe/Paris, whatever the session's time zone.
TODAY = "(now() AT TIME ZONE 'Europe/Paris')::date"

SORTS = {
    "nom": Sort(_("nom"), 'c.folded_name COLLATE "C"', "''", "chr(1114111)"),
    "siege": Sort(_("siège"), "r.geo", *INT),
    "naf": Sort(_("NAF"), "r.naf", *SMALL),
    "attractivite": Sort(_("attractivité"), "t.score", *SMALL),
    "cedabilite": Sort(_("cédabilité"), "t.sale_likelihood", *SMALL),
    "couverture": Sort(_("couverture"), "t.coverage", *SMALL),
    "ca": Sort(_("chiffre d’affaires"), "t.revenue", *BIG),
    "resultat": Sort(_("résultat net"), "t.net_income", *BIG),
    "effectif": Sort(
        _("effectif"), "coalesce(t.accounts_headcount, r.headcount)", *INT
    ),
    # The older the company, the earlier its date: ages sort the other way round.
    "age": Sort(_("âge"), f"({TODAY} - r.created_on)", *INT),
    "dirigeant": Sort(
        _("âge du dirigeant"), "(2100 - t.leader_birth_year)::smallint", *SMALL
    ),
    "anciennete": Sort(
        _("ancienneté du dirigeant"), f"({TODAY} - t.leader_since)", *INT
    ),
    "forme": Sort(_("forme juridique"), "r.legal_form", *SMALL),
    "statut": Sort(
        _("statut"),
        "array_position(ARRAY['prospect','contacte','qualification','negociation',"
        "'gagne','perdu','ecarte','en_sommeil'], coalesce(p.status, 'prospect'))",
        *INT,
    ),
    "maj": Sort(_("mise à jour"), "extract(epoch FROM t.enriched_at)::bigint", *BIG),
}


def parse(sort: str) -> tuple[Sort, bool]:
    """``-ca`` is revenue, greatest first."""
    return SORTS[sort.lstrip("-")], sort.startswith("-")


def is_text(sort: str) -> bool:
    """The key is a name, not a number."""
    return sort.lstrip("-") == "nom"
