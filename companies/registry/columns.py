"""What each column of a company becomes, by how much the file may say.

SQL expressions: ``s`` is the file's row, ``old`` the company's. Text columns of
``company`` are never null and unknown is blank; ``s`` has null for unknown.
``name = trade_name`` says that the legal name is not known yet.
"""

from typing import LiteralString

Expressions = dict[str, LiteralString]

# Of a company of partial diffusion, neither address nor coordinates are kept; of a sole
# trader, no name either.
_PRIVATE: Expressions = {"address": "''", "latitude": "NULL", "longitude": "NULL"}


def _masked(expressions: Expressions, is_partial: LiteralString) -> Expressions:
    hidden: Expressions = {
        column: "CASE WHEN "
        + is_partial
        + " THEN "
        + blank
        + " ELSE "
        + expressions[column]
        + " END"
        for column, blank in _PRIVATE.items()
    }
    return expressions | hidden


_PLACE_IS_KNOWN: LiteralString = (
    "(old.postal_code <> '' OR old.commune_code <> '' OR old.commune <> '')"
)

_COORDINATE_OF_HEAD: LiteralString = """CASE WHEN s.is_head THEN coalesce(s.{},
        CASE WHEN old.siret = s.siret THEN old.{} END)
    WHEN old.siret <> s.siret THEN NULL ELSE old.{} END"""


def _kept_unless_moved(column: LiteralString, blank: LiteralString) -> LiteralString:
    return (
        "CASE WHEN s.is_head THEN coalesce(s."
        + column
        + ", "
        + blank
        + ") WHEN old.siret <> s.siret THEN "
        + blank
        + " ELSE coalesce(old."
        + column
        + ", "
        + blank
        + ") END"
    )


_REPLACED: Expressions = {
    # A sole trader who is not diffused has no name: blank is what is known of it.
    "name": """coalesce(s.name, s.trade_name,
        CASE WHEN s.legal_form LIKE '1%%' THEN '' END)""",
    "trade_name": """CASE WHEN s.name IS NULL THEN coalesce(s.trade_name, '')
        ELSE coalesce(nullif(s.trade_name, s.name), '') END""",
    "acronym": "coalesce(s.acronym, '')",
    "legal_form": "coalesce(s.legal_form, '')",
    "naf_code": "coalesce(s.naf_code, '')",
    # Not every edition of the file has the column.
    "naf25_code": "coalesce(s.naf25_code, old.naf25_code, '')",
    "created_on": "s.created_on",
    "closed_on": "s.closed_on",
    "is_active": "coalesce(s.is_active, true)",
    "diffusion": "coalesce(s.diffusion, 'O')",
    "headcount_band": "coalesce(s.headcount_band, '')",
    "headcount_year": """CASE WHEN s.headcount_band IS NOT NULL
        THEN s.headcount_year END""",
    "category": "coalesce(s.category, '')",
    # A SIRET says that the address is the head office's, so it is not set beside the
    # address of another site, and a head office that moved takes its address away.
    "siret": "CASE WHEN s.is_head THEN s.siret WHEN old.siret IS NULL AND "
    + _PLACE_IS_KNOWN
    + " THEN NULL ELSE coalesce(s.siret, old.siret) END",
    "address": _kept_unless_moved("address", "''"),
    "postal_code": _kept_unless_moved("postal_code", "''"),
    "commune_code": _kept_unless_moved("commune_code", "''"),
    "commune": _kept_unless_moved("commune", "''"),
    # Only the geocoded edition has coordinates.
    "latitude": _COORDINATE_OF_HEAD.replace("{}", "latitude"),
    "longitude": _COORDINATE_OF_HEAD.replace("{}", "longitude"),
}

REPLACED = _masked(_REPLACED, "s.diffusion = 'P'")

# The place of a row is taken whole or not at all: half an address is nobody's.
_IS_PLACE_TAKEN: LiteralString = (
    "(coalesce(s.commune_code, s.postal_code, s.commune) IS NOT NULL"
    " AND (old.siren IS NULL"
    " OR (NOT "
    + _PLACE_IS_KNOWN
    + " AND (old.siret IS NULL OR old.siret = s.siret))"
    + " OR (s.is_head AND old.siret IS NULL)))"
)


def _taken(column: LiteralString, blank: LiteralString) -> LiteralString:
    return (
        "CASE WHEN "
        + _IS_PLACE_TAKEN
        + " THEN coalesce(s."
        + column
        + ", "
        + blank
        + ") ELSE coalesce(old."
        + column
        + ", "
        + blank
        + ") END"
    )


def _filled(column: LiteralString) -> LiteralString:
    return "coalesce(nullif(old." + column + ", ''), s." + column + ", '')"


_LEGAL_NAME: LiteralString = """CASE
    WHEN s.name IS NOT NULL AND (old.siren IS NULL OR old.name = old.trade_name)
    THEN s.name ELSE coalesce(old.name, s.trade_name) END"""

_FILLED: Expressions = {
    "name": _LEGAL_NAME,
    "trade_name": "CASE WHEN s.name IS NOT NULL OR old.name <> old.trade_name"
    " THEN coalesce(nullif(nullif(old.trade_name, ''), "
    + _LEGAL_NAME
    + "), nullif(s.trade_name, "
    + _LEGAL_NAME
    + "), '') ELSE coalesce(nullif(old.trade_name, ''), s.trade_name) END",
    "acronym": _filled("acronym"),
    "legal_form": _filled("legal_form"),
    "naf_code": _filled("naf_code"),
    "naf25_code": _filled("naf25_code"),
    "created_on": "coalesce(old.created_on, s.created_on)",
    "closed_on": "coalesce(old.closed_on, s.closed_on)",
    "is_active": "coalesce(old.is_active, s.is_active, true)",
    "diffusion": "coalesce(old.diffusion, s.diffusion, 'O')",
    "headcount_band": _filled("headcount_band"),
    "headcount_year": """CASE WHEN old.headcount_band <> '' THEN old.headcount_year
        WHEN s.headcount_band IS NOT NULL THEN s.headcount_year
        ELSE old.headcount_year END""",
    "category": _filled("category"),
    "siret": "CASE WHEN s.is_head AND ("
    + _IS_PLACE_TAKEN
    + " OR old.siren IS NULL OR NOT "
    + _PLACE_IS_KNOWN
    + ") THEN coalesce(old.siret, s.siret) ELSE old.siret END",
    "address": _taken("address", "''"),
    "postal_code": _taken("postal_code", "''"),
    "commune_code": _taken("commune_code", "''"),
    "commune": _taken("commune", "''"),
    "latitude": _taken("latitude", "NULL"),
    "longitude": _taken("longitude", "NULL"),
}

FILLED = _masked(_FILLED, "coalesce(old.diffusion, s.diffusion) = 'P'")

_MOVED: Expressions = {
    "name": "old.name",
    "trade_name": "old.trade_name",
    "acronym": "old.acronym",
    "legal_form": "old.legal_form",
    "naf_code": "old.naf_code",
    "naf25_code": "old.naf25_code",
    "created_on": "old.created_on",
    "closed_on": "old.closed_on",
    "is_active": "old.is_active",
    "diffusion": "old.diffusion",
    "headcount_band": "old.headcount_band",
    "headcount_year": "old.headcount_year",
    "category": "old.category",
    "siret": "s.siret",
    "address": "coalesce(s.address, '')",
    "postal_code": "coalesce(s.postal_code, '')",
    "commune_code": "coalesce(s.commune_code, '')",
    "commune": "coalesce(s.commune, '')",
    # Only the geocoded edition has coordinates.
    "latitude": """coalesce(s.latitude,
        CASE WHEN old.siret = s.siret THEN old.latitude END)""",
    "longitude": """coalesce(s.longitude,
        CASE WHEN old.siret = s.siret THEN old.longitude END)""",
}

MOVED = _masked(_MOVED, "old.diffusion = 'P'")
