"""The sentence under the name of a file, step by step."""

from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from companies.imports.models import Import
from mainsite.lib import formatting


def of_step(imp: Import, step: str) -> str:
    return _of_report(imp) if step == "report" else brought(imp)


def brought(imp: Import) -> str:
    """« Contacts, fichier déposé par C. Marchand le 22 novembre 2026 à 16 h 20 »."""
    return _("%(kind)s, fichier déposé par %(who)s le %(moment)s") % {
        "kind": capfirst(imp.get_kind_display()),
        "who": imp.created_by,
        "moment": _moment(imp.created_at),
    }


def _of_report(imp: Import) -> str:
    """« Importé par C. Marchand le 22 novembre 2026, de 16 h 20 à 16 h 21 »."""
    if imp.started_at is None:
        return brought(imp)
    language = get_language() or "fr"
    began = formatting.clock_time(imp.started_at, language=language)
    # An undo ends at a moment of its own, under the same name.
    end = imp.ended_at if imp.undone_at is None else None
    ended = formatting.clock_time(end, language=language) if end else ""
    span = _("de %(began)s à %(ended)s") % {"began": began, "ended": ended}
    return _("Importé par %(who)s le %(day)s, %(span)s") % {
        "who": imp.created_by,
        "day": formatting.long_date(imp.started_at, language=language),
        "span": span if ended and ended != began else _("à %(at)s") % {"at": began},
    }


def _moment(value: datetime) -> str:
    return formatting.moment(value, language=get_language() or "fr")
