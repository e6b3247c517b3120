"""Doors of the workers: load, call one service, done."""

from scoring import services


def score_companies(sirens: list[str]) -> None:
    services.score_companies(sirens=sirens)


def score_stale_companies() -> None:
    services.score_stale_companies()
