"""One chunk of companies, in the order that every writer of companies keeps."""

from django.db import connection

from companies.choices import Source
from companies.events import CompaniesEnriched
from companies.imports.chunks import Chunk, Tally
from companies.imports.kinds import company_contacts
from companies.imports.writing import creating, following, staging
from companies.imports.writing.figures import Figures
from companies.imports.writing.identity import Identity, count_partial
from mainsite.lib import cache
from mainsite.lib.events import publish


def write(chunk: Chunk) -> Tally:
    """Carry a chunk into the tables, inside the caller's transaction."""
    tally = Tally(read=len(chunk.rows))
    with connection.cursor() as cursor:
        staging.stage(cursor, chunk)
        locked = 0 if chunk.is_trial else staging.lock(cursor)
        if locked < tally.read:
            creating.create(cursor, chunk, tally)
        # Each row is about another company: those neither made here nor refused.
        known = tally.read - tally.new - tally.refused
        if known > locked and not chunk.is_trial:
            staging.lock(cursor)
        if known:
            count_partial(cursor, tally)
            Identity(chunk).write(cursor, tally)
        figures = Figures(chunk).write(cursor, tally)
        following.write_leaders(cursor, chunk, tally)
        following.write_statuses(cursor, chunk, tally)
        following.write_notes(cursor, chunk, tally)
        company_contacts.write(cursor, chunk, tally)
        cursor.execute("SELECT DISTINCT siren FROM touched")
        touched = [siren for (siren,) in cursor.fetchall()]
    tally.updated = len(touched)
    tally.unchanged = tally.read - tally.new - tally.updated - tally.refused
    if not chunk.is_trial:
        _tell(touched, figures)
    return tally


def _tell(touched: list[int], figures: tuple[int, ...]) -> None:
    cache.forget(cache.company(f"{siren:09d}") for siren in touched)
    if figures:
        sirens = tuple(f"{siren:09d}" for siren in figures)
        publish(CompaniesEnriched(sirens=sirens, source=Source.IMPORT))
