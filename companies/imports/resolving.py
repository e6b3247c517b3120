"""Rows that name their company without a number: what was matched, line by line."""

from collections.abc import Mapping, Sequence

from companies.imports import kinds
from companies.imports.cells.base import CellRefused
from companies.imports.codes import Reason
from companies.imports.matching.models import ImportMatch, MatchState
from companies.imports.models import Import
from companies.imports.prepare import Resolver

_TAKEN = frozenset({MatchState.SURE, MatchState.CONFIRMED})


def nobody(lines: Sequence[int]) -> Mapping[int, int | CellRefused]:
    """The answers where nothing was matched."""
    return {}


def resolver_of(imp: Import) -> Resolver | None:
    """None when no column names anybody, so that a row without number is refused.

    ``nobody``, which reads nothing, when no row had to be looked for.
    """
    if "name" not in imp.mapping.values():
        return None
    if not ImportMatch.objects.filter(of=imp).exists():
        return nobody
    needs_siren = imp.kind not in kinds.KINDS or kinds.KINDS[imp.kind].needs_siren

    def resolve(lines: Sequence[int]) -> Mapping[int, int | CellRefused]:
        known = ImportMatch.objects.filter(of=imp, line__in=lines)
        answers: dict[int, int | CellRefused] = {}
        for match in known:
            if match.state in _TAKEN and match.siren:
                answers[match.line] = int(match.siren)
            elif needs_siren:
                is_doubtful = match.state == MatchState.DOUBTFUL
                why = Reason.DOUBTFUL if is_doubtful else Reason.NO_MATCH
                answers[match.line] = CellRefused(why, match.name)
        return answers

    return resolve
