"""The trail as a CSV: what the page shows, with the codes as they are held."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import AuditEntry
from accounts.trail_lines import Line, lines
from mainsite.lib.sheets import writing

# More is several files, of shorter periods.
MOST = 100_000
_TOGETHER = 500


def rows(entries: Iterable[AuditEntry], *, with_origin: bool) -> Iterator[str]:
    yield writing.BOM + writing.row(_titles(with_origin))
    entries, told = iter(entries), 0
    while group := list(islice(entries, _TOGETHER)):
        shown = lines(group, with_origin=with_origin)
        for entry, line in zip(group, shown, strict=True):
            yield writing.row(_cells(entry, line, with_origin))
        told += len(group)
    if told >= MOST:
        # In the file itself: whoever opens it must not think that it is whole.
        yield writing.row([gettext("Coupé à %d lignes : resserrez la période.") % MOST])


def _titles(with_origin: bool) -> list[str]:
    titles = [
        gettext("Date"),
        gettext("Qui"),
        gettext("Compte"),
        gettext("Quoi"),
        gettext("Code"),
        gettext("Sur quoi"),
        gettext("Avant et après"),
        gettext("Détails"),
        gettext("Référence"),
    ]
    return [*titles, gettext("Adresse IP"), gettext("Navigateur")][
        : None if with_origin else len(titles)
    ]


def _cells(entry: AuditEntry, line: Line, with_origin: bool) -> Iterator[str]:
    yield timezone.localtime(line.at).isoformat(timespec="milliseconds")
    yield line.who
    yield str(line.actor_id or "")
    yield line.what
    yield line.action
    yield line.resource
    yield "\n".join(
        f"{each.field} : {each.before} → {each.after}" for each in line.changes
    )
    yield json.dumps(entry.details, ensure_ascii=False, sort_keys=True)
    yield line.reference
    if with_origin:
        yield line.address
        yield entry.agent
