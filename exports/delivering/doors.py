"""From an export and its destination to the one who delivers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from exports import asked, content, manifest, profiles
from exports.delivering import airtable, database
from exports.delivering.airtable_api import Place
from exports.delivering.airtable_words import too_many
from exports.delivering.database_engine import Target
from exports.delivering.secrets import secret_of
from exports.delivering.terms import Beat, DeliveryRefused, Job, Plan, no_beat
from exports.models import Destination, DestinationKind, Export, WriteMode
from exports.profiles import Table
from exports.snapshot import snapshot


def plan(export: Export, *, beat: Beat | None = None) -> Plan:
    destination = _destination(export)
    job = _job(export, destination, Counter())
    if destination.kind == DestinationKind.AIRTABLE:
        _check_size(export)
        return airtable.plan(job, _place(destination), beat=beat)
    return database.plan(job, _target(destination), beat=beat or no_beat)


def deliver(export: Export, *, beat: Beat) -> dict[str, Any]:
    """What was done, to keep in ``export.progress``: see docs/deliveries.md."""
    destination = _destination(export)
    tally: Counter[str] = Counter()
    job = _job(export, destination, tally)
    if destination.kind == DestinationKind.AIRTABLE:
        _check_size(export)
        told = airtable.deliver(job, _place(destination), beat=beat)
    else:
        told = database.deliver(job, _target(destination), beat=beat)
    return {**told, "contacts": dict(tally)}


def check(destination: Destination) -> str:
    """Whether it answers and may be written to, in a sentence; raises nothing."""
    try:
        if destination.kind == DestinationKind.AIRTABLE:
            return airtable.check(_place(destination))
        if destination.kind == DestinationKind.DATABASE:
            return database.check(_target(destination))
    except DeliveryRefused as refused:
        return str(refused)
    return _("Cette destination n’est ni Airtable ni une base de données.")


def _destination(export: Export) -> Destination:
    destination = export.destination
    kinds = (DestinationKind.AIRTABLE, DestinationKind.DATABASE)
    if destination is None or destination.kind not in kinds:
        raise DeliveryRefused(
            _("Cette destination n’est ni Airtable ni une base de données.")
        )
    if not destination.is_active:
        raise DeliveryRefused(_("Cette destination n’est plus en service."))
    return destination


def _check_size(export: Export) -> None:
    """Before the table is read, which takes minutes."""
    if export.rows_total > airtable.MOST_ROWS:
        raise too_many()


def _place(destination: Destination) -> Place:
    if destination.mode != WriteMode.UPSERT:
        raise DeliveryRefused(
            _("Une table Airtable ne s’écrit qu’en mise à jour par SIREN.")
        )
    return Place(
        url=settings.AIRTABLE_URL,
        base=destination.place,
        table=destination.table,
        token=secret_of(destination),
    )


def _target(destination: Destination) -> Target:
    return Target(
        address=secret_of(destination),
        schema=destination.place,
        prefix=destination.table,
        mode=WriteMode(destination.mode),
    )


def _job(export: Export, destination: Destination, tally: Counter[str]) -> Job:
    """Contacts go only where both the export and the destination say so.

    A dry run resumes nothing, and leaves no manifest.
    """
    with_contacts = export.with_contacts and destination.takes_contacts
    table = profiles.table(export.profile, with_contacts=with_contacts)
    withheld: tuple[str, ...] = ()
    if not with_contacts:
        table, withheld = _without_contacts(export.profile, table)
    return Job(
        reference=str(export.public_id),
        table=table,
        batches=partial(_batches, export, table, with_contacts, tally),
        with_contacts=with_contacts,
        withheld=withheld if export.with_contacts else (),
        progress={} if export.is_trial else export.progress,
        facts={} if export.is_trial else manifest.facts(export),
        is_sandbox=export.is_sandbox,
    )


def _without_contacts(profile: str, table: Table) -> tuple[Table, tuple[str, ...]]:
    """Not even empty ones: those that the destination holds are not ours to clear."""
    kept = tuple(each for each in table.columns if not each.is_contact)
    names = {each.name for each in kept}
    withheld = tuple(n for n in profiles.TABLES[profile].names if n not in names)
    return replace(table, columns=kept), withheld


def _batches(
    export: Export, table: Table, with_contacts: bool, tally: Counter[str]
) -> Iterator[Any]:
    """All of one moment of our database."""
    tally.clear()
    wish = asked.of_query(export.query, desk_id=export.desk_id).checked()
    with snapshot():
        yield from content.read(
            table,
            wish.search,
            with_contacts=with_contacts,
            desk_id=export.desk_id,
            tally=tally,
        )
