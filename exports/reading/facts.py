"""The facts that columns stand on, by the table they come from.

``rows`` reads those that are asked for, and nothing of the tables that are not.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Final

import polars as pl

from accounts import installation
from companies import nomenclature
from exports.reading import accounts, contacts, wire
from exports.reading.wire import Fact, Facts

_DAY: Final = "({} AT TIME ZONE 'Europe/Paris')::date"


def _said(field: str) -> dict[str, Fact]:
    """Who filled a field of the identity, and the day."""
    return {
        f"{field}_source": Fact("text", f"c.provenance->'{field}'->>0"),
        f"{field}_day": Fact("text", f"left(c.provenance->'{field}'->>1, 10)"),
    }


COMPANY: Final[Facts] = {
    "siren": Fact("int", "c.siren"),
    "siret": Fact("bigint", "c.siret"),
    "name": Fact("text", "c.name"),
    "trade_name": Fact("text", "c.trade_name"),
    "acronym": Fact("text", "c.acronym"),
    "legal_form": Fact("text", "c.legal_form"),
    "naf_code": Fact("text", "c.naf_code"),
    "naf25_code": Fact("text", "c.naf25_code"),
    "created_on": Fact("date", "r.created_on"),
    "closed_on": Fact("date", "c.closed_on"),
    "is_active": Fact("bool", "r.flags & 1 <> 0"),
    # What either row says, the stricter of the two.
    "is_partial": Fact("bool", "r.flags & 2 <> 0 OR c.diffusion = 'P'"),
    "headcount_band": Fact("text", "c.headcount_band"),
    "headcount_year": Fact("int", "c.headcount_year"),
    "category": Fact("text", "c.category"),
    "capital_eur": Fact("bigint", "c.capital_eur"),
    "website": Fact("text", "c.website"),
    "address": Fact("text", "c.address"),
    "postal_code": Fact("text", "c.postal_code"),
    "commune_code": Fact("text", "c.commune_code"),
    "commune": Fact("text", "c.commune"),
    "geo": Fact("int", "r.geo"),
    "latitude": Fact("real", "c.latitude"),
    "longitude": Fact("real", "c.longitude"),
    "registry_source": Fact("text", "c.source"),
    "registered_on": Fact("date", _DAY.format("c.registered_at")),
    "identity_disagreements": Fact("text", "nullif(c.disagreements, '{}')::text"),
    **_said("address"),
    **_said("siret"),
    **_said("website"),
    **_said("capital_eur"),
}
TARGET: Final[Facts] = {
    "revenue": Fact("bigint", "t.revenue"),
    "revenue_year": Fact("int", "t.revenue_year"),
    "net_income": Fact("bigint", "t.net_income"),
    "ebitda": Fact("bigint", "t.ebitda"),
    "accounts_closed_on": Fact("date", "t.accounts_closed_on"),
    "accounts_headcount": Fact("int", "t.accounts_headcount"),
    "is_confidential": Fact("bool", "t.is_confidential"),
    "sources_disagree": Fact("bool", "t.sources_disagree"),
    "leader_name": Fact("text", "t.leader_name"),
    "leader_birth_year": Fact("int", "t.leader_birth_year"),
    "leader_since": Fact("date", "t.leader_since"),
    "score": Fact("int", "t.score"),
    "sale_likelihood": Fact("int", "t.sale_likelihood"),
    "coverage": Fact("int", "t.coverage"),
    "score_state": Fact("int", "t.score_state"),
    "score_flag": Fact("text", "t.score_flag"),
    "missing": Fact("text", "t.missing"),
    "ruleset": Fact("text", "t.ruleset"),
    "scored_on": Fact("date", _DAY.format("t.scored_at")),
    "enriched_on": Fact("date", _DAY.format("t.enriched_at")),
}
PURSUIT: Final[Facts] = {
    "status": Fact("text", "coalesce(p.status, 'prospect')"),
    "status_on": Fact("date", _DAY.format("p.since")),
}
EVENT: Final[Facts] = {
    "event_on": Fact("date", "occurred_on"),
    "event_kind": Fact("text", "kind"),
    "event_label": Fact("text", "label"),
    "event_source": Fact("text", "source"),
    "event_is_sandbox": Fact("bool", "is_sandbox"),
}
OFFICER: Final[Facts] = {
    "leader_name": Fact("text", "btrim(first_name || ' ' || surname)"),
}
_NOTE: Final = (
    "to_char(written_at AT TIME ZONE 'Europe/Paris', 'DD/MM/YYYY') || ' : ' ||"
    " replace(replace(text, E'\\r\\n', E'\\n'), E'\\r', E'\\n')"
)
NOTES: Final[Facts] = {
    "notes": Fact(
        "text", f"string_agg({_NOTE}, E'\\n' ORDER BY written_at DESC, id DESC)"
    )
}
_OWN: Final[Facts] = COMPANY | TARGET | PURSUIT
_SIREN: Final[Facts] = {"siren": Fact("int", "siren")}


def needed(expressions: Iterable[pl.Expr]) -> frozenset[str]:
    return frozenset(n for each in expressions for n in each.meta.root_names())


def rows(
    sirens: Sequence[int],
    names: Collection[str],
    *,
    desk_id: int | None,
    with_contacts: bool = False,
    tally: Counter[str] | None = None,
    events: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """A row a company in the order given, one that is gone left out.

    ``events`` are those of these companies and of more, when they were read already.
    """
    found = pl.DataFrame({"siren": pl.Series(sirens, dtype=pl.Int32)})
    found = _joined(found, _own(sirens, names, desk_id), how="inner")
    if "leader_is_sandbox" in names:
        found = _with_sandbox_leaders(found, sirens)
    if asked := accounts.wanted(names):
        found = _joined(found, accounts.reduced(sirens, asked))
    if not EVENT.keys().isdisjoint(names):
        told_of = latest_events(sirens) if events is None else events
        found = _joined(found, told_of)
    if "notes" in names:
        found = _joined(found, _notes(sirens, desk_id))
    if contacts.are_wanted(names):
        told = contacts.principal(sirens, tally) if with_contacts else contacts.NONE
        found = _joined(found, told)
    if "place" in names:
        found = found.join(_places(), on="geo", how="left", maintain_order="left")
    return found


def _joined(left: pl.DataFrame, right: pl.DataFrame, how: str = "left") -> pl.DataFrame:
    return left.join(right, on="siren", how=how, maintain_order="left")  # type: ignore[arg-type]


def _own(
    sirens: Sequence[int], names: Collection[str], desk_id: int | None
) -> pl.DataFrame:
    wanted = {*names, "siren"}
    if "place" in wanted:
        wanted.add("geo")
    if "leader_is_sandbox" in wanted:
        wanted.add("leader_name")
    asked = {name: fact for name, fact in _OWN.items() if name in wanted}
    # The companies are named again for each table: PostgreSQL does not carry a list
    # across an equality, and would read a table whole.
    chosen = wire.among(sirens)
    source = f"FROM company c JOIN register r ON r.siren = c.siren AND r.siren {chosen}"
    parameters: list[int | None] = []
    if not TARGET.keys().isdisjoint(asked):
        source += f" LEFT JOIN target t ON t.siren = c.siren AND t.siren {chosen}"
    if not PURSUIT.keys().isdisjoint(asked):
        source += (
            " LEFT JOIN pursuit p ON p.siren = c.siren AND p.desk_id = %s"
            f" AND p.siren {chosen}"
        )
        parameters.append(desk_id)
    return wire.read(asked, f"{source} WHERE c.siren {chosen}", parameters)


def _with_sandbox_leaders(found: pl.DataFrame, sirens: Sequence[int]) -> pl.DataFrame:
    """Whose leader is one that the sandbox made up; a live base holds none."""
    if not installation.is_sandbox():
        return found.with_columns(leader_is_sandbox=pl.lit(value=False))
    source = f"FROM officer WHERE siren {wire.among(sirens)} AND is_sandbox"
    invented = wire.read(_SIREN | OFFICER, source).unique()
    return found.join(
        invented.with_columns(leader_is_sandbox=pl.lit(value=True)),
        on=["siren", "leader_name"],
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("leader_is_sandbox").fill_null(value=False))


def latest_events(sirens: Sequence[int]) -> pl.DataFrame:
    source = (
        f"FROM legal_event WHERE siren {wire.among(sirens)}"
        " ORDER BY siren, occurred_on DESC, id DESC"
    )
    return wire.read(_SIREN | EVENT, source, distinct="ON (siren)")


def _notes(sirens: Sequence[int], desk_id: int | None) -> pl.DataFrame:
    source = (
        f"FROM note WHERE siren {wire.among(sirens)} AND desk_id = %s GROUP BY siren"
    )
    return wire.read(_SIREN | NOTES, source, [desk_id])


@cache
def _places() -> pl.DataFrame:
    places = nomenclature.place_by_id()
    return pl.DataFrame(
        {
            "geo": pl.Series(list(places), dtype=pl.Int32),
            "place": [place.name for place in places.values()],
        }
    )
