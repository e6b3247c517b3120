"""What the pages of the faults show: a desk, its companies, an import ready to run."""

from itertools import islice
from typing import Any

LIST = "siren;nom;capital\n"


def seed(companies: int) -> str:
    """The cookie of an analyst signed in with both factors."""
    from accounts.tests import people
    from benchmarks.enrichment import ground
    from companies.tests import makers
    from enrichment.models import DayBudget

    make: Any = makers
    who: Any = people
    sirens = list(islice(ground.numbers(), companies))
    for number, siren in enumerate(sirens):
        name, revenue = f"MÉCANIQUE {number}", (number + 2) * 10**6
        make.make_company(name, siren=siren, target={"revenue": revenue})
    make.index_names()
    user = who.make_user("analyste@cabinet.example", desk=who.make_desk("Mécanique"))
    DayBudget.objects.update_or_create(user=user, defaults={"day_eur": 9_000})
    ground.settle_sources(concurrency=8)
    return f"session={who.verified_client(user).cookies['session'].value}"


def analyst() -> Any:
    from accounts.models import User

    return User.objects.get(email="analyste@cabinet.example")


def sirens(count: int) -> list[str]:
    from companies.models import Company

    found = Company.objects.order_by("siren").values_list("siren", flat=True)
    return [str(siren) for siren in found[:count]]


def asked_import(rows: int) -> Any:
    """An import whose trial a worker was asked for.

    Never tried here as well: whoever of the two comes second takes it over.
    """
    from companies.imports import services
    from companies.imports.tests import makers

    receive: Any = makers.receive
    by = analyst()
    lines = (f"{siren};;{5 + place}\n" for place, siren in enumerate(sirens(rows)))
    imp = receive(by, LIST + "".join(lines))
    services.set_mapping(
        imp=imp, mapping=imp.mapping, policies={"capital": "overwrite"}, options={}
    )
    services.ask_trial(imp=imp, by=by)
    return imp


def draft(count: int) -> Any:
    """A batch that nobody has started."""
    from enrichment import services

    by = analyst()
    return services.make_batch_of(by=by, name="Pannes", sirens=sirens(count))
