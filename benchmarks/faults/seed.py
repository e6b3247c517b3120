"""Fills a migrated database with the batch that every trial starts from."""

import argparse
import os
from itertools import islice

import django

from benchmarks.enrichment import ground
from benchmarks.faults.size import SOURCES, Size


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults.seed")
    parser.add_argument("--companies", type=int, required=True)
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    django.setup()
    fill(Size(companies=options.companies, is_small=options.small))


def fill(size: Size) -> None:
    from enrichment import services
    from enrichment.models import DayBudget, Provider

    sirens = list(islice(ground.numbers(), size.companies))
    ground.register(sirens)
    user = ground.analyst()
    DayBudget.objects.filter(user=user).update(day_eur=2 * size.cap_eur)
    ground.settle_sources(concurrency=size.at_once)
    Provider.objects.filter(name__in=SOURCES).update(timeout_s=size.timeout_s)
    services.make_batch_of(by=user, name="Pannes", sirens=sirens)


if __name__ == "__main__":
    main()
