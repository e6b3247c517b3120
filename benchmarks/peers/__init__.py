"""Other programs over the same rows, in environments of their own under .bench/.

Each is measured as whoever installs it would run it, with the indexes it needs. One
that cannot be installed here is left out, and a line says so.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from benchmarks.peers import changelist_peer, datasette, directus, rows
from benchmarks.peers.rows import CRITERIA, Peer, UnavailableError
from benchmarks.search import oracle, report, web

USERS = 8
PEERS = (changelist_peer.serve, directus.serve, datasette.serve)


def measure(
    env: Mapping[str, str],
    *,
    total: int,
    headers: Mapping[str, str],
    seconds: float,
    rounds: int,
    say: Callable[[str], None],
) -> str:
    """Requests per second and p90 of each program, rounds in turn, as a table."""
    capped = min(total, rows.MOST)
    if capped < total:
        say(f"peers hold the first {capped:,} of {total:,} companies")
    asked = rows.prepare(env, capped)
    with ExitStack() as stack:
        address = stack.enter_context(web.gunicorn(env))
        ours = _ours(address, asked)
        programs = [Peer("our list page (HTML)", ours, headers, oracle.TOTAL)]
        for serve in PEERS:
            try:
                programs.append(stack.enter_context(serve(env, capped, asked)))
            except UnavailableError as error:
                say(f"left out: {error}")
        for program in programs:
            _warm(program)
        _compare(programs if capped == total else programs[1:], say)
        found = _rounds(programs, seconds / 2, rounds)
    lines = [f"| {name} | {cells} |" for name, cells in found.items()]
    head = ["program", *(f"{name}: pages/s | p90 ms" for name in CRITERIA)]
    note = "" if capped == total else f"; the others hold {capped:,} companies"
    text = (
        f"Other programs, the same searches, {USERS} users, {rounds} rounds of "
        f"{seconds / 2:.0f} s in turn, two processes each{note}:\n\n"
    ) + report.table(" | ".join(head).split(" | "), lines)
    say(text)
    return text


def _ours(
    address: str, asked: Mapping[str, Sequence[rows.Question]]
) -> dict[str, list[str]]:
    def query(question: rows.Question) -> str:
        if question.word:
            return f"q={question.word.lower()}"
        if question.section:
            return f"naf={question.section}&region={question.region}&tri=age"
        return f"departement={question.department}&tri=-attractivite"

    return {
        name: [f"{address}/?{query(each)}" for each in questions]
        for name, questions in asked.items()
    }


def _warm(program: Peer) -> None:
    for name, addresses in program.addresses.items():
        replies, _ = web.ask(addresses, program.headers, users=2)
        bad = [reply for reply in replies if reply.status != 200]
        if bad:
            raise RuntimeError(
                f"{program.name}, {name}: {bad[0].status} from "
                f"{addresses[bad[0].number]}"
            )


def _compare(programs: Sequence[Peer], say: Callable[[str], None]) -> None:
    """Each says the same totals; what a word of a name is, each has its own idea."""
    for name in CRITERIA[:2]:
        for number in range(5):
            found = {
                program.name: program.total_in(
                    web.get(program.addresses[name][number], program.headers)
                )
                for program in programs
            }
            if len(set(found.values())) > 1:
                say(f"DIFFERENT totals for {name}: {found}")


def _rounds(programs: Sequence[Peer], seconds: float, rounds: int) -> dict[str, str]:
    rates: dict[tuple[str, str], list[float]] = {}
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        for name in CRITERIA:
            for program in programs:
                replies, took = web.ask(
                    program.addresses[name],
                    program.headers,
                    users=USERS,
                    seconds=seconds,
                )
                good = [reply.ms for reply in replies if reply.status == 200]
                key = program.name, name
                rates.setdefault(key, []).append(len(good) / took)
                times.setdefault(key, []).extend(good)
    return {
        program.name: " | ".join(
            f"{statistics.median(rates[program.name, name]):.1f} | "
            f"{report.p90(times[program.name, name]):.0f}"
            for name in CRITERIA
        )
        for program in programs
    }
