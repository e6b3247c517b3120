"""What is to be loaded: files recognised by their columns before any is written."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from companies.registry.errors import RegistryFileError
from companies.registry.files import Table, open_table
from companies.registry.known_layouts import (
    LAYOUTS,
    STOCK_UNITS,
    STOCK_UNITS_AND_INDIVIDUALS,
    nearest,
    recognise,
)
from companies.registry.layouts import Company, Layout


@dataclass(frozen=True)
class Plan:
    """A file and what its columns mean."""

    path: Path
    layout: Layout
    encoding: str | None
    header: tuple[str, ...]
    member: str
    is_api: bool

    @property
    def is_register(self) -> bool:
        """Whether it is one of INSEE's own files, whose word is the last one."""
        return self.layout.company in {Company.REPLACE, Company.HEAD_OFFICE}

    @property
    def with_individuals(self) -> bool:
        return self.layout is STOCK_UNITS_AND_INDIVIDUALS

    @cached_property
    def sha256(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def size_bytes(self) -> int:
        return self.path.stat().st_size


def make(
    paths: Iterable[Path | str], *, encoding: str | None, individuals: bool
) -> list[Plan]:
    """Units before sites, whatever the order given."""
    plans = [_plan(Path(path), encoding, individuals) for path in paths]
    if individuals and not any(plan.with_individuals for plan in plans):
        raise RegistryFileError(
            "--personnes-physiques ne vaut que pour un fichier StockUniteLegale "
            "(avec les colonnes des prénoms et du nom d’usage)."
        )
    return sorted(plans, key=lambda plan: plan.layout.company.value)


def _plan(path: Path, encoding: str | None, individuals: bool) -> Plan:
    with open_table(path, encoding=encoding) as table:
        layout = recognise(table.header)
    if layout is None:
        raise RegistryFileError(_unknown(path, table))
    wanted = STOCK_UNITS_AND_INDIVIDUALS
    if individuals and layout is STOCK_UNITS and wanted.required <= set(table.header):
        layout = wanted
    return Plan(path, layout, encoding, table.header, table.member, table.is_api)


def _unknown(path: Path, table: Table) -> str:
    found = ", ".join(table.header[:12]) + (" …" if len(table.header) > 12 else "")
    layout, missing = nearest(table.header)
    known = "\n".join(f"  – {each.label}" for each in LAYOUTS)
    return (
        f"{path.name} : colonnes non reconnues.\n"
        f"Trouvées ({len(table.header)}) : {found}\n"
        f"Le plus proche est « {layout.label} » ; il y manque : {', '.join(missing)}\n"
        f"Fichiers lus :\n{known}"
    )
