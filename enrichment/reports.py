"""Files that go back to the analyst: refused lines, failures."""

from collections.abc import Iterable, Iterator

from companies.models import Company
from enrichment import wording
from enrichment.choices import ItemState
from enrichment.models import Batch, Item
from mainsite.lib.sheets.writing import BOM, row


def refused_lines(batch: Batch) -> Iterator[str]:
    """The refused lines in the input's own columns, plus ``erreur``."""
    titles = batch.detected.get("titles") or []
    lines = batch.lines.filter(is_refused=True).order_by("number", "pk")
    width = len(titles) or max((len(line.cells) for line in lines), default=1)
    header = list(titles) or ["siren", *(f"colonne {n}" for n in range(2, width + 1))]
    separator = batch.detected.get("separator") or ";"
    yield BOM
    yield row([*header, "ligne", "erreur"], separator=separator)
    for line in lines.iterator(2000):
        cells = [*line.cells, *[""] * (width - len(line.cells))]
        why = wording.refusal(line.reason, line.hint)
        yield row([*cells, str(line.number), why], separator=separator)


def failures(batch: Batch) -> Iterator[str]:
    """Items that gave nothing, with the reason in words."""
    yield BOM
    yield row(["siren", "nom_entreprise", "source", "etat", "motif"])
    items = Item.objects.filter(
        batch=batch, state__in=[ItemState.FAILED, ItemState.NOT_BOUGHT]
    ).order_by("position")
    for group in _groups(items.iterator(1000), 1000):
        rows = Company.objects.filter(siren__in={item.siren for item in group})
        names = dict(rows.values_list("siren", "name"))
        for item in group:
            words = (
                wording.FAILURES
                if item.state == ItemState.FAILED
                else wording.NOT_BOUGHT
            )
            cells = [
                item.siren,
                names.get(item.siren, ""),
                item.get_source_display(),
                item.get_state_display(),
                str(words.get(item.reason, item.reason)),
            ]
            yield row(cells)


def _groups(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    group: list[Item] = []
    for item in items:
        group.append(item)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group
