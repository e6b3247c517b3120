"""What the pages say of an import: rules, reasons, advice, durations."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from companies.choices import Status
from companies.imports import fields
from companies.imports.codes import FileFault
from companies.imports.fields import Policy
from companies.imports.models import ImportKind
from companies.imports.sentences import (
    ADVICE,
    ADVICE_WITH_HINT,
    FILE_FAULTS,
    REASONS,
    REPAIRS,
    SHORT,
)
from mainsite.lib import formatting

Words = Mapping[str, Promise]
Piece = tuple[str, bool]

# A code that has no words yet.
UNSAID: Final = gettext_lazy("valeur refusée")

RULES: Final[Words] = {
    Policy.FILL: gettext_lazy("remplir les blancs"),
    Policy.OVERWRITE: gettext_lazy("remplacer"),
    Policy.NEVER: gettext_lazy("ne pas toucher"),
}
RULES_MEAN: Final[Words] = {
    Policy.FILL: gettext_lazy("ce qui est connu reste, le reste se remplit"),
    Policy.OVERWRITE: gettext_lazy("la valeur du fichier l’emporte"),
    Policy.NEVER: gettext_lazy("rien ne change dans les sociétés déjà connues"),
}

PURPOSES: Final[Words] = {
    ImportKind.COMPANIES: gettext_lazy(
        "Identité, chiffres, statut et notes, par SIREN, SIRET ou nom."
    ),
    ImportKind.CONTACTS: gettext_lazy(
        "Personnes à joindre, avec leur source et la base légale."
    ),
    ImportKind.OUTCOMES: gettext_lazy(
        "Dossiers gagnés ou perdus, avec leur date\u00a0: le modèle en apprend."
    ),
    ImportKind.OPPOSITIONS: gettext_lazy(
        "Personnes qui refusent la prospection\u00a0: elles ne seront plus proposées."
    ),
}

SEPARATORS: Final[Words] = {
    ";": gettext_lazy("point-virgule"),
    ",": gettext_lazy("virgule"),
    "\t": gettext_lazy("tabulation"),
    "|": gettext_lazy("barre verticale"),
    "": gettext_lazy("aucun, une valeur par ligne"),
}
DECIMALS: Final[Words] = {
    ",": gettext_lazy("virgule"),
    ".": gettext_lazy("point"),
}
ENCODINGS: Final[Mapping[str, str]] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1 (ISO 8859-1)",
    "iso8859-15": "Latin-9 (ISO 8859-15)",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
}


def field(code: str) -> str:
    known = fields.BY_CODE.get(code)
    return str(known.label) if known else code


def encoding(name: str) -> str:
    return ENCODINGS.get(name, name)


def rule(policy: str) -> str:
    return str(RULES.get(policy, policy))


def repair(code: str) -> str:
    return str(REPAIRS.get(code, code))


def short_reason(code: str) -> str:
    return str(SHORT.get(code, UNSAID))


def reason(code: str, *, field_code: str = "", value: str = "", hint: str = "") -> str:
    """The whole sentence, for a file that a spreadsheet opens."""
    pieces = reason_pieces(code, field_code=field_code, value=value, hint=hint)
    return "".join(text for text, _is_marked in pieces)


def reason_pieces(
    code: str, *, field_code: str = "", value: str = "", hint: str = ""
) -> tuple[Piece, ...]:
    """The sentence in pieces, each with whether it is what was refused."""
    sentence = str(REASONS.get(code, UNSAID))
    told = {"hint": hint, "field": field(field_code)}
    before, is_quoted, after = sentence.partition("%(value)s")
    pieces = [(before % told, False)]
    if is_quoted:
        pieces += [(value, True), (after % told, False)]
    return tuple(piece for piece in pieces if piece[0])


def advice(code: str, hint: str = "") -> str:
    """What to do about a refused row; "" when there is nothing to say."""
    told = ADVICE_WITH_HINT.get(code) if hint else None
    told = told or ADVICE.get(code)
    return str(told) % {"hint": hint} if told else ""


def file_fault(code: str, *, line: int = 0) -> str:
    """Why the whole file is refused, with the line where it is known."""
    sentence = str(FILE_FAULTS[FileFault(code)])
    if not line:
        return sentence
    where = _("Ligne %(line)s\u00a0:") % {"line": number(line)}
    return f"{where} {sentence[0].lower()}{sentence[1:]}"


def new_words(kind: str) -> str:
    """Both forms, for ``plural_fr``."""
    told = {
        ImportKind.CONTACTS: _("nouveau contact,nouveaux contacts"),
        ImportKind.OUTCOMES: _("nouvelle issue,nouvelles issues"),
        ImportKind.OPPOSITIONS: _("nouvelle opposition,nouvelles oppositions"),
    }
    return told.get(ImportKind(kind), _("société nouvelle,sociétés nouvelles"))


def alias(words: str, count: int) -> str:
    """« à contacter » → prospect (214), from ``à contacter → prospect``."""
    read, _arrow, meant = words.partition(" → ")
    return _("«\u00a0%(read)s\u00a0» → %(meant)s (%(count)s)") % {
        "read": read,
        "meant": status(meant),
        "count": number(count),
    }


def status(code: str) -> str:
    known = code in Status.values
    return str(Status(code).label).lower() if known else code


def number(count: int) -> str:
    return formatting.number(count, language=get_language() or "fr")
