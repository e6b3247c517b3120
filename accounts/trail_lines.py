"""An entry of the trail as a person reads it: who, what, on what, before and after."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext, gettext_lazy

from accounts import agents
from accounts.choices import audit_words
from accounts.models import AuditEntry, User

# Where edits keep, by field, what was before and after.
CHANGES = "changes"
_LONGEST = 160
_LABELS = {
    "accounts": gettext_lazy("comptes"),
    "admin_lines": gettext_lazy("lignes de l’administration"),
    "amount_eur": gettext_lazy("montant"),
    "cap_eur": gettext_lazy("plafond"),
    "changed": gettext_lazy("modifiées"),
    "committed_eur": gettext_lazy("engagé"),
    "belongings": gettext_lazy("facteurs, liens, jetons et sessions"),
    "columns": gettext_lazy("colonnes"),
    "companies": gettext_lazy("sociétés"),
    "confirmed": gettext_lazy("confirmés"),
    "contacts": gettext_lazy("contacts"),
    "destination": gettext_lazy("destination"),
    "digest": gettext_lazy("empreinte"),
    "document": gettext_lazy("document"),
    "emails": gettext_lazy("courriels"),
    "entries": gettext_lazy("traces"),
    "expired": gettext_lazy("échus"),
    "factor": gettext_lazy("facteur"),
    "fields": gettext_lazy("champs"),
    "filter": gettext_lazy("sélection"),
    "filters": gettext_lazy("filtres"),
    "format": gettext_lazy("format"),
    "items": gettext_lazy("éléments"),
    "kind": gettext_lazy("nature"),
    "lawful_basis": gettext_lazy("base légale"),
    "leads": gettext_lazy("pistes"),
    "model": gettext_lazy("nature"),
    "name": gettext_lazy("nom"),
    "new": gettext_lazy("nouvelles"),
    "opposed": gettext_lazy("opposés"),
    "partial": gettext_lazy("en diffusion partielle"),
    "phones": gettext_lazy("téléphones"),
    "points": gettext_lazy("points"),
    "profile": gettext_lazy("profil"),
    "query": gettext_lazy("recherche"),
    "read": gettext_lazy("lues"),
    "reason": gettext_lazy("raison"),
    "refused": gettext_lazy("refusées"),
    "rejected": gettext_lazy("écartés"),
    "remaining": gettext_lazy("restants"),
    "role": gettext_lazy("rôle"),
    "rows": gettext_lazy("lignes"),
    "sandbox": gettext_lazy("bac à sable"),
    "seals": gettext_lazy("sceaux"),
    "session": gettext_lazy("session"),
    "sha256": gettext_lazy("empreinte"),
    "shared": gettext_lazy("partagée"),
    "since": gettext_lazy("depuis"),
    "size": gettext_lazy("octets"),
    "sources": gettext_lazy("sources"),
    "state": gettext_lazy("état"),
    "throttled": gettext_lazy("trop d’essais"),
    "tokens": gettext_lazy("jetons"),
    "total": gettext_lazy("total"),
    "unchanged": gettext_lazy("inchangées"),
    "until": gettext_lazy("jusqu’au"),
    "updated": gettext_lazy("complétées"),
    "withheld": gettext_lazy("retenus"),
}


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    who: str
    actor_id: int | None
    what: str
    action: str
    resource: str
    siren: str
    changes: list[Change]
    facts: list[tuple[str, str]]
    address: str
    browser: str
    reference: str


def lines(entries: Iterable[AuditEntry], *, with_origin: bool) -> list[Line]:
    """``with_origin``: from which address and with which browser, too."""
    entries = list(entries)
    people = User.objects.in_bulk({each.actor_id for each in entries if each.actor_id})
    words = audit_words()
    return [_line(each, people, words, with_origin) for each in entries]


def _line(
    entry: AuditEntry,
    people: Mapping[int, User],
    words: Mapping[str, str],
    with_origin: bool,
) -> Line:
    kind, _sign, key = entry.resource.partition(":")
    details = entry.details if isinstance(entry.details, dict) else {}
    return Line(
        at=entry.at,
        who=_who(entry, people),
        actor_id=entry.actor_id,
        what=words.get(entry.action, entry.action),
        action=entry.action,
        resource=entry.resource,
        siren=key if kind == "company" else "",
        changes=changes_of(details),
        facts=facts_of(details),
        address=(entry.address or "") if with_origin else "",
        browser=agents.in_words(entry.agent) if with_origin and entry.agent else "",
        reference=entry.request_id,
    )


def _who(entry: AuditEntry, people: Mapping[int, User]) -> str:
    if entry.actor_id is None:
        # A request has an address; what is due by itself has none.
        return gettext("inconnu") if entry.address else gettext("le programme")
    found = people.get(entry.actor_id)
    return str(found) if found else gettext("compte n° %d") % entry.actor_id


def changes_of(details: Mapping[str, Any]) -> list[Change]:
    """Of an edit its fields; of a status, which is one field, itself."""
    told, model = details.get(CHANGES), _model(details)
    if isinstance(told, dict):
        pairs = ((name, *_pair(values)) for name, values in sorted(told.items()))
        return [
            Change(
                _field(model, name), _value(model, name, old), _value(model, name, new)
            )
            for name, old, new in pairs
        ]
    if "before" in details and "after" in details:
        return [Change("", text(details["before"]), text(details["after"]))]
    return []


def _model(details: Mapping[str, Any]) -> type[Model] | None:
    try:
        return apps.get_model(str(details.get("model", "")))
    except (LookupError, ValueError):
        # Of no edit, or of a model that has gone since.
        return None


def _field(model: type[Model] | None, name: str) -> str:
    if model is not None:
        with suppress(FieldDoesNotExist):
            field: Any = model._meta.get_field(name)
            return str(field.verbose_name)
    return label(name)


def _value(model: type[Model] | None, name: str, value: Any) -> str:
    """As the field's choices have it."""
    if model is not None:
        with suppress(FieldDoesNotExist):
            field: Any = model._meta.get_field(name)
            return text(dict(getattr(field, "flatchoices", ())).get(value, value))
    return text(value)


def _pair(values: Any) -> tuple[Any, Any]:
    if isinstance(values, list) and len(values) == 2:
        return values[0], values[1]
    return None, values


def facts_of(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    # « changed » is the administration's own way to say what the edit says.
    shown = {CHANGES, "before", "after", "changed"}
    model = _model(details)
    return [
        (
            label(key),
            str(model._meta.verbose_name) if model and key == "model" else text(value),
        )
        for key, value in details.items()
        if key not in shown and value not in ("", [], {}, None)
    ]


def label(key: str) -> str:
    return str(_LABELS.get(key, key.replace("_", " ")))


def text(value: Any) -> str:
    if value is None or value in ("", "None"):
        return "—"
    if isinstance(value, bool) or value in ("True", "False"):
        return gettext("oui") if str(value) == "True" else gettext("non")
    if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
        value = ", ".join(map(str, value))
    elif isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, sort_keys=True)
    value = str(value)
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
