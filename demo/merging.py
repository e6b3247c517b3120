"""Several files' rows about one company become one row. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

COMPANY_COLUMNS = (
    "siren",
    "name",
    "trade_name",
    "acronym",
    "legal_form",
    "naf_code",
    "naf25_code",
    "created_on",
    "is_active",
    "headcount_band",
    "headcount_year",
    "category",
    "siret",
    "address",
    "postal_code",
    "commune_code",
    "latitude",
    "longitude",
    "source_file",
)
_PLACE = ("address", "postal_code", "commune_code", "latitude", "longitude")
# An address typed where a sign should be.
_ADDRESS = re.compile(r"\b\d{5}\b")
# De facto groups bear the names of the people who make them.
_PEOPLE = re.compile(
    r"\b(ASS(OC)?\.? (DE )?FAIT|INDIVISION|SUCCESSION|ENTREPRENEUR INDIVIDUEL)\b",
    re.IGNORECASE,
)
# Groups without legal personality bear the names of their members.
_NO_LEGAL_PERSON = "2"
_LONGEST_SIGN = 90


@dataclass(frozen=True)
class Said:
    """One row of one file: staging columns that have a value."""

    values: Mapping[str, str]
    file: str
    place_rank: int
    name_rank: int

    @property
    def is_head(self) -> bool:
        return self.values.get("is_head") == "t"

    @property
    def is_shut(self) -> bool:
        return self.values.get("is_open") == "f"


def merge(siren: str, said: Sequence[Said]) -> dict[str, str] | None:
    """The company's row, or None when something that every company must have misses."""
    name, trade_name = _names(said)
    placed = _best_placed(said)
    naf_code = _naf_code(said)
    legal_form = _first(said, "legal_form")
    if not name or placed is None or not naf_code:
        return None
    if legal_form.startswith(_NO_LEGAL_PERSON) or _is_known_by_shut_branches(said):
        return None
    row = dict.fromkeys(COMPANY_COLUMNS, "")
    row |= {
        "siren": siren,
        "name": name,
        "trade_name": trade_name,
        "acronym": _first(said, "acronym"),
        "legal_form": legal_form,
        "naf_code": naf_code,
        "naf25_code": _first(said, "naf25_code"),
        "created_on": _first(said, "created_on"),
        "is_active": "f" if _is_closed(said) else "t",
        "category": _first(said, "category"),
        "siret": placed.values["siret"] if placed.is_head else "",
        "source_file": placed.file,
    }
    row |= {column: placed.values.get(column, "") for column in _PLACE}
    row |= _headcount(said)
    return row


def _names(said: Sequence[Said]) -> tuple[str, str]:
    """Legal name and sign; both the same when no file knows the legal name."""
    ranked = sorted(said, key=lambda one: one.name_rank)
    legal = next(filter(None, map(_legal_name, ranked)), "")
    sign = _sign(said)
    if not legal:
        return sign, sign
    return legal, "" if sign.casefold() == legal.casefold() else sign


def _sign(said: Sequence[Said]) -> str:
    """The head office's, else the one most sites bear."""
    heads = [one for one in said if one.is_head]
    own = next(filter(None, map(_usable_sign, heads)), "")
    signs = Counter(filter(None, map(_usable_sign, said)))
    return own or min(
        signs, key=lambda sign: (-signs[sign], len(sign), sign), default=""
    )


def _legal_name(one: Said) -> str:
    name = one.values.get("name", "")
    return "" if _PEOPLE.search(name) else name


def _usable_sign(one: Said) -> str:
    sign = one.values.get("trade_name", "")
    if len(sign) > _LONGEST_SIGN or _ADDRESS.search(sign) or _PEOPLE.search(sign):
        return ""
    return sign if sum(letter.isalpha() for letter in sign) > 1 else ""


def _best_placed(said: Iterable[Said]) -> Said | None:
    placed = [one for one in said if one.values.get("geo")]
    return min(
        placed,
        key=lambda one: (
            not one.is_head,
            one.is_shut,
            one.place_rank,
            one.values.get("siret", ""),
        ),
        default=None,
    )


def _naf_code(said: Sequence[Said]) -> str:
    """The unit's or the head office's, else the most frequent open site's."""
    own = [one for one in said if one.is_head or "legal_form" in one.values]
    for rows in (own, [one for one in said if not one.is_shut], said):
        codes = Counter(one.values.get("naf_code", "") for one in rows)
        del codes[""]
        if codes:
            return min(codes, key=lambda code: (-codes[code], code))
    return ""


def _first(said: Sequence[Said], column: str) -> str:
    ranked = sorted(said, key=lambda one: one.name_rank)
    return next((one.values[column] for one in ranked if column in one.values), "")


def _headcount(said: Sequence[Said]) -> dict[str, str]:
    """Band and year of one file: the newest year, a year before none."""
    told = [one.values for one in said if "headcount_band" in one.values]
    best = max(told, key=lambda values: values.get("headcount_year", ""), default={})
    return {name: best.get(name, "") for name in ("headcount_band", "headcount_year")}


def _is_closed(said: Sequence[Said]) -> bool:
    """As its own row says, else its head office's: an open unit has an open one."""
    told = [one.values["is_active"] for one in said if "is_active" in one.values]
    if told:
        return told[0] == "f"
    heads = [one for one in said if one.is_head and "is_open" in one.values]
    return bool(heads) and all(one.is_shut for one in heads)


def _is_known_by_shut_branches(said: Sequence[Said]) -> bool:
    """Nobody says whether such a company still exists."""
    return all(one.is_shut and not one.is_head for one in said)
