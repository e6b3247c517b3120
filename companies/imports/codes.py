"""Why a file or a row is refused, and what was mended to read it.

``wording`` has the sentence of each; stored rows keep the code.
"""

from enum import StrEnum


class FileFault(StrEnum):
    """The whole file is refused, nothing of it is written; most name a line."""

    EMPTY = "empty"
    SET_ASIDE = "set_aside"
    HEADER_ONLY = "header_only"
    WORKBOOK = "workbook"
    BINARY = "binary"
    NUL = "nul"
    UNKNOWN_ENCODING = "unknown_encoding"
    MIXED_ENCODING = "mixed_encoding"
    UNREADABLE = "unreadable"
    OPEN_QUOTE = "open_quote"
    TOO_BIG = "too_big"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    CELL_TOO_LONG = "cell_too_long"
    # Of workbooks.
    PASSWORD = "password"  # noqa: S105
    OLD_WORKBOOK = "old_workbook"
    DAMAGED_WORKBOOK = "damaged_workbook"
    NOT_A_WORKBOOK = "not_a_workbook"
    TOO_MANY_PARTS = "too_many_parts"
    UNPACKS_TOO_BIG = "unpacks_too_big"
    MACROS = "macros"
    EXTERNAL_LINKS = "external_links"
    ENTITIES = "entities"
    NO_SHEET = "no_sheet"
    TOO_MANY_CELLS = "too_many_cells"
    # Of what was left on our disk.
    GONE = "gone"


class Reason(StrEnum):
    """A row is refused; ``hint`` is told for each that has one."""

    # The key. Those of mainsite.lib.sheets.siren_cells.Refusal, by the same codes.
    EMPTY = "empty"
    SET_ASIDE = "set_aside"
    # Cells of the row / of the header, as "3/5".
    RAGGED = "ragged"
    FORMULA = "formula"
    SCIENTIFIC = "scientific"
    LETTERS = "letters"
    EIGHT_DIGITS = "eight_digits"
    TEN_DIGITS = "ten_digits"
    # How many digits there are.
    WRONG_LENGTH = "wrong_length"
    KEY = "key"
    # The SIREN, when its own key is right.
    SIRET_KEY = "siret_key"
    NOBODY = "nobody"
    # The line that came first.
    DUPLICATE = "duplicate"
    # SIREN and SIRET, or SIREN and VAT number, of one row name two companies.
    # The other SIREN.
    TWO_COMPANIES = "two_companies"
    VAT = "vat"
    # Rows known by a name only: nobody bears it, or several may.
    NO_MATCH = "no_match"
    DOUBTFUL = "doubtful"
    # Companies.
    NO_NAME = "no_name"
    CELL_TOO_LONG = "cell_too_long"
    AMOUNT = "amount"
    AMOUNT_AMBIGUOUS = "amount_ambiguous"
    PERCENT = "percent"
    NOT_A_NUMBER = "not_a_number"
    TOO_LARGE = "too_large"
    NEGATIVE = "negative"
    DATE = "date"
    # The first year taken, or today.
    DATE_TOO_OLD = "date_too_old"
    DATE_AHEAD = "date_ahead"
    YEAR = "year"
    NO_YEAR = "no_year"
    HEADCOUNT = "headcount"
    NAF = "naf"
    OLD_NAF = "old_naf"
    LEGAL_FORM = "legal_form"
    POSTAL_CODE = "postal_code"
    WEBSITE = "website"
    STATUS = "status"
    NO_REASON = "no_reason"
    NO_WAKE_DATE = "no_wake_date"


class Repair(StrEnum):
    """A cell was read after something was mended, or something in it left aside."""

    LOST_ZERO = "lost_zero"
    SEPARATORS = "separators"
    DECIMAL = "decimal"
    FROM_SIRET = "from_siret"
    FROM_VAT = "from_vat"
    POSTAL_ZERO = "postal_zero"
    MARKS = "marks"
    EXCEL_DATE = "excel_date"
    ROUNDED = "rounded"
    COMMUNE_UNKNOWN = "commune_unknown"
    LABEL_UNUSED = "label_unused"
    PARTIAL = "partial"
    # An address or number that may not be kept; the rest of the row was taken.
    CONTACT_LEFT = "contact_left"
    # Read one by one; the lines are told.
    SEVERAL_PEOPLE = "several_people"
