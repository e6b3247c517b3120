"""Exports asked for in tests, in as few words as they differ by."""

import csv
import io

from accounts.models import AuditEntry
from exports import asked, definition, services
from exports.choice import Choice
from exports.models import Destination, DestinationKind, Export


def choose(profile="rapide", kind="csv", *, contacts=False, columns=None, to=None):
    names = columns or definition.all_columns(profile, with_contacts=contacts)
    return Choice(
        profile=profile,
        format=kind,
        columns=tuple(names),
        with_contacts=contacts,
        destination=to,
    )


def ask(by, query="", profile="rapide", kind="csv", **more):
    wish = asked.of_query(query, desk_id=by.desk_id)
    return services.ask(wish=wish, choice=choose(profile, kind, **more), by=by)


def again(export):
    return Export.objects.get(pk=export.pk)


def audited(export=None):
    """What the trail says of exports, or of one of them, in order."""
    entries = AuditEntry.objects.filter(action__contains="export").order_by("pk")
    if export is not None:
        entries = entries.filter(resource=f"export:{export.public_id}")
    return list(entries.values_list("action", flat=True))


def make_destination(name="Entrepôt", kind=DestinationKind.STORAGE, **fields):
    fields.setdefault("secret_name", "EXPORT_TARGET_ESSAI")
    return Destination.objects.create(name=name, kind=kind, **fields)


def content(response):
    return b"".join(response.streaming_content)


def read(data):
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=";"))
