"""Rows of an import known by name: what was found of each, and what a person decides.

Only ``sure`` and ``confirmed`` rows name a company; whoever writes the import reads
them line by line. The others are refused until somebody decides.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.choices import AuditWord
from accounts.models import User
from companies.imports import keys
from companies.imports.matching import candidates, spots, verdicts
from companies.imports.matching.candidates import Found, Sought
from companies.imports.matching.models import ImportMatch, MatchState
from companies.imports.models import Import, ImportState
from companies.imports.reading.working import LINE, ODD, Working, column
from companies.models import Company
from mainsite.lib.siren import is_valid_siren

# Rows looked for in one reading of the register.
BLOCK: Final = 20_000
# Pairs of a company and a town whose sites are asked for in one statement.
_ASKED_AT_ONCE: Final = 20_000
_NAMES: Final = ("name", "trade_name")
_PLACES: Final = ("postal_code", "commune")
# While nothing is being read nor written by them.
_FREE: Final = (ImportState.DRAFT, ImportState.CHECKED)
Beat = Callable[[int], None]
_SITES: Final = """
    SELECT DISTINCT w.line, w.siren
    FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS w (line, siren, geo)
    JOIN establishment e ON e.siren = w.siren AND e.geo = w.geo AND e.flags & 1 = 1
"""


class Action(AuditWord):
    """What the audit trail tells of matching."""

    IMPORT_MATCHED = "import_matched", gettext_lazy("rapprochements décidés")


class MatchRefused(ValueError):
    """A choice that cannot be; ``str()`` is the sentence to show."""


def find(*, imp: Import, source: Working, beat: Beat) -> None:
    """Look in the register for every row that has a name and no number.

    What was found or decided of a line before stays: it may be called again. ``beat``
    is told now and then that it goes on.
    """
    rows = _rows(imp, source)
    while block := list(islice(rows, BLOCK)):
        known = ImportMatch.objects.filter(of=imp, line__in=[r.line for r in block])
        there = set(known.values_list("line", flat=True))
        _find([row for row in block if row.line not in there], imp, beat)


def _find(rows: Sequence[Sought], imp: Import, beat: Beat) -> None:
    if not rows:
        return
    ImportMatch.objects.bulk_create(
        _matches(imp, rows, match(rows, beat=beat)),
        batch_size=2000,
        ignore_conflicts=True,
    )


def match(
    rows: Sequence[Sought], *, beat: Beat | None = None
) -> list[verdicts.Verdict]:
    """Of each row, in order, which company it is about, or which it may be."""
    found = candidates.find(rows, beat=beat)
    return verdicts.judge(rows, found, _sites(rows, found))


def _sites(rows: Sequence[Sought], found: Found) -> set[tuple[int, int]]:
    """(line, SIREN) of the companies that have an open site where the row says.

    Those whose seat is there are not asked again.
    """
    spots_of = {row.line: row.spot.communes for row in rows}
    seats = dict(found.companies.select("siren", "geo").iter_rows())
    asked = [
        (line, siren, geo)
        for line, siren in found.pairs.select("line", "siren").iter_rows()
        if seats[siren] not in spots_of[line]
        for geo in sorted(spots_of[line])
    ]
    there: set[tuple[int, int]] = set()
    with connection.cursor() as cursor:
        for start in range(0, len(asked), _ASKED_AT_ONCE):
            part = asked[start : start + _ASKED_AT_ONCE]
            cursor.execute(_SITES, [list(each) for each in zip(*part, strict=True)])
            there.update(cursor.fetchall())
    return there


def _rows(imp: Import, source: Working) -> Iterator[Sought]:
    """The rows of the file that name a company and give no number of it."""
    places = {code: int(place) for place, code in imp.mapping.items()}
    readers = {c: read for c, read in keys.readers().items() if c in places}
    for batch in source.batches():
        found = {
            c: read(batch.column(column(places[c]))) for c, read in readers.items()
        }
        sirens, told = keys.joined(found, batch.num_rows)
        is_blank = pc.and_(pc.is_null(sirens), pc.is_null(batch.column(ODD)))
        blank = np.flatnonzero(is_blank.to_numpy(zero_copy_only=False)).tolist()
        cells = {
            code: batch.column(column(places[code]))
            for code in (*_NAMES, *_PLACES)
            if code in places
        }
        for row in blank:
            if row not in told.refused and (one := _sought(batch, cells, row)):
                yield one


def _sought(
    batch: pa.RecordBatch, cells: Mapping[str, pa.Array], row: int
) -> Sought | None:
    def text(code: str) -> str:
        value = cells[code][row].as_py() if code in cells else None
        return str(value or "").strip()

    named = tuple(name for code in _NAMES if (name := text(code)))
    if not any(letter.isalnum() for name in named for letter in name):
        return None
    place = " ".join(filter(None, map(text, _PLACES)))
    spot = spots.read(text("postal_code"), text("commune"))
    return Sought(batch.column(LINE)[row].as_py(), named, spot, place)


def _matches(
    imp: Import, rows: Sequence[Sought], found: Iterable[verdicts.Verdict]
) -> list[ImportMatch]:
    return [
        ImportMatch(
            of=imp,
            line=row.line,
            name=row.names[0],
            place=row.place,
            state=verdict.state,
            siren=verdict.siren,
            candidates=[each.as_dict() for each in verdict.candidates],
        )
        for row, verdict in zip(rows, found, strict=True)
    ]


# What a person does about it


def counts(imp: Import) -> dict[str, int]:
    """How many lines there are in each state; all the states are there."""
    rows = ImportMatch.objects.filter(of=imp).values_list("state")
    found = dict(rows.annotate(models.Count("pk")).order_by())
    return {state: found.get(state, 0) for state in MatchState.values}


def pending(imp: Import) -> "models.QuerySet[ImportMatch]":
    """Those that somebody has to decide, in the order of the file."""
    rows: models.QuerySet[ImportMatch] = ImportMatch.objects.filter(
        of=imp, state=MatchState.DOUBTFUL
    )
    return rows.order_by("line")


@transaction.atomic
def decide(
    *,
    imp: Import,
    choices: Mapping[int, str | None],
    by: User,
    request: HttpRequest | None = None,
) -> int:
    """Say, by the numbers of matches, which company each is; None: none of them.

    A company that was not among the candidates must be in the register. Returns how
    many were decided; all of them or, when one cannot be, none.
    """
    _check_free(imp)
    chosen = {key: siren for key, siren in choices.items() if siren}
    _check_sirens(set(chosen.values()))
    rows = ImportMatch.objects.select_for_update(of=("self",)).order_by("pk")
    found = list(rows.filter(of=imp, pk__in=choices))
    if len(found) != len(choices):
        raise MatchRefused(_("Cette ligne n’est pas de cet import."))
    for each in found:
        each.siren = chosen.get(each.pk)
        each.state = MatchState.CONFIRMED if each.siren else MatchState.REJECTED
        each.decided_by = by
    return _decided(imp, found, by=by, request=request)


def _check_free(imp: Import) -> None:
    """Under lock, so that no run begins meanwhile."""
    locked = Import.objects.select_for_update(of=("self",)).get(pk=imp.pk)
    if locked.state not in _FREE:
        raise MatchRefused(
            _("Les rapprochements ne se changent plus\u00a0: l’import est parti.")
        )


def _check_sirens(sirens: Collection[str]) -> None:
    for siren in sorted(sirens):
        if not is_valid_siren(siren):
            raise MatchRefused(_("Ce SIREN n’existe pas\u00a0: %s.") % siren)
    there = Company.objects.filter(siren__in=sirens).values_list("siren", flat=True)
    for siren in sorted(set(sirens) - set(there)):
        raise MatchRefused(_("Cette société n’est pas au registre\u00a0: %s.") % siren)


def _decided(
    imp: Import,
    rows: Sequence[ImportMatch],
    *,
    by: User,
    request: HttpRequest | None,
) -> int:
    ImportMatch.objects.bulk_update(rows, ["siren", "state", "decided_by"])
    if rows:
        audit.record(
            actor=by,
            action=Action.IMPORT_MATCHED,
            resource=f"import:{imp.public_id}",
            details={
                "confirmed": sum(each.state == MatchState.CONFIRMED for each in rows),
                "rejected": sum(each.state == MatchState.REJECTED for each in rows),
            },
            request=request,
        )
    return len(rows)
