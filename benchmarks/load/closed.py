"""L2: sixteen clients who ask for the list again as soon as they have it."""

import argparse
import re
from html import unescape

from benchmarks.load import desk
from benchmarks.load.house import house, percentile
from benchmarks.scoring import ground
from benchmarks.search import web

CLIENTS = 16
LEAST_A_SECOND = 100.0
_NEXT = re.compile(r'href="(/\?[^"]*curseur=[^"]+)"')
_ROWS = re.compile(r'<th scope="row" class="nm">')
ROWS_A_PAGE = 50


def measure(options: argparse.Namespace) -> ground.Part:
    with house(options.rows, people=1) as ours:
        headers = {"Cookie": ours.cookies[0]}
        addresses = _pages(ours.address, headers)
        seconds = min(options.seconds, 60.0)
        web.ask(addresses, headers)
        replies, took = web.ask(addresses, headers, users=CLIENTS, seconds=seconds)
    right = [each.ms for each in replies if each.status == 200]
    rate = len(right) / took
    p50, p95 = percentile(right, 0.5), percentile(right, 0.95)
    rows = [
        ("list page, 50 rows, HTML", f"{rate:.0f} a second, {CLIENTS} clients"),
        ("", f"p50 {p50:.0f}  p95 {p95:.0f} ms; {len(replies) - len(right)} errors"),
    ]
    return rows, {
        "load_l2_rps": ground.verdict(rate, LEAST_A_SECOND),
        "load_l2_errors": ground.verdict(len(replies) - len(right), 0, most=True),
    }


def _pages(address: str, headers: dict[str, str]) -> list[str]:
    """First pages by several orders and places, and the page that follows each."""
    first = [f"{address}/?tri={sort}" for sort in ("-ca", "-attractivite", "nom")]
    first += [f"{address}/?departement={place}" for place in desk.PLACES[:5]]
    found = []
    for page in first:
        text = web.get(page, headers)
        if len(_ROWS.findall(text)) != ROWS_A_PAGE:
            raise RuntimeError(f"{page} has not fifty rows")
        following = _NEXT.search(text)
        found.append(page)
        if following:
            found.append(address + unescape(following[1]))
    return found
