"""The tables of the schema gen, which the made-up companies are drawn from."""

from collections.abc import Iterable
from typing import Any

import psycopg

DESKS = ("Banc d’essai", "Équipe voisine")
LISTS = (10, 6)
SHORTEST = 0.0001
# All that the rows depend on, to know whether they were made from the same.
PEOPLE = repr((DESKS, LISTS, SHORTEST))


def load_places_and_codes(db: psycopg.Connection[Any]) -> str:
    """Says where the weights come from."""
    from benchmarks.search import shape
    from companies import nomenclature

    drawn = shape.read()
    _copy(
        db,
        "gen.place(id int PRIMARY KEY, code text, name text, postal_code text, "
        "department text, region text, profile int)",
        (
            (p.id, p.code, p.name, (*p.postal_codes, "")[0])
            + (p.department, p.region, drawn.profile(p))
            for p in nomenclature.places().values()
        ),
    )
    _copy(
        db,
        "gen.naf(id int PRIMARY KEY, code text, division int, section text)",
        (
            (n.id, n.code, int(n.division), n.section)
            for n in nomenclature.naf_codes().values()
        ),
    )
    _copy(
        db,
        "gen.place_slot(slot int, place int)",
        enumerate(map(int, drawn.place_slots)),
    )
    _copy(
        db,
        "gen.naf_slot(profile int, slot int, naf int)",
        (
            (profile, slot, int(naf))
            for profile, slots in enumerate(drawn.naf_slots)
            for slot, naf in enumerate(slots)
        ),
    )
    return drawn.source


def load_bands(db: psycopg.Connection[Any]) -> None:
    from companies import nomenclature

    with db.cursor().copy("COPY gen.band FROM STDIN") as stream:
        for band in nomenclature.HEADCOUNT_BANDS.values():
            ceiling = 2**31 - 1 if band.upper is None else band.upper
            stream.write_row((band.lower, band.code, ceiling))


def _copy(
    db: psycopg.Connection[Any], table: str, rows: Iterable[tuple[Any, ...]]
) -> None:
    name = table.partition("(")[0]
    db.execute(f"CREATE TABLE {table}".encode())
    with db.cursor().copy(f"COPY {name} FROM STDIN".encode()) as stream:
        for row in rows:
            stream.write_row(row)


def make_people(db: psycopg.Connection[Any]) -> None:
    """Two desks, one person each, and their lists, under numbers the rows know."""
    import django

    django.setup()
    from accounts.models import Desk, User
    from companies.models import TargetList

    db.execute("CREATE TABLE gen.desk(number int, desk bigint, person bigint)")
    db.execute(
        "CREATE TABLE gen.list(number int, list bigint, person bigint, share float8)"
    )
    number = 0
    for rank, name in enumerate(DESKS, start=1):
        desk, _ = Desk.objects.get_or_create(name=name)
        person = User.objects.filter(email=f"banc{rank}@example.org").first()
        person = person or User.objects.create_user(
            f"banc{rank}@example.org", "une phrase de banc", full_name=name, desk=desk
        )
        db.execute(
            "INSERT INTO gen.desk VALUES (%s, %s, %s)", (rank, desk.pk, person.pk)
        )
        for place in range(LISTS[rank - 1]):
            made = TargetList.objects.create(
                desk=desk, name=f"Vivier {place + 1}", created_by=person
            )
            db.execute(
                "INSERT INTO gen.list VALUES (%s, %s, %s, %s)",
                (number, made.pk, person.pk, SHORTEST * 2**place),
            )
            number += 1
