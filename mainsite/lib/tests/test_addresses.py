"""No call of ours reaches this machine or a private network, whatever a name says."""

import socket

import aiohttp
import pytest
from aiohttp import connector

from mainsite.lib.addresses import CheckedResolver, NotPublic, is_public
from mainsite.lib.outgoing import Limits, Outgoing, OutgoingError

FAST = Limits(connect_s=0.5, read_s=0.5, total_s=1.0, max_body_bytes=1000)
PUBLIC = "93.184.215.14"

# Sixty ways to name what is not public. Those with a name resolve as a hostile server
# of names would have it.
URLS = {
    # As they are written.
    "https://127.0.0.2/": None,
    "https://127.255.255.254/": None,
    "https://0.0.0.0/": None,
    "https://0.1.2.3/": None,
    "https://10.0.0.1/": None,
    "https://10.255.255.255/": None,
    "https://172.16.0.1/": None,
    "https://172.31.255.255/": None,
    "https://192.168.0.1/": None,
    "https://192.168.255.255/": None,
    "https://169.254.169.254/latest/meta-data/": None,
    "https://169.254.1.1/": None,
    "https://100.64.0.1/": None,
    "https://100.127.255.255/": None,
    "https://192.0.0.1/": None,
    "https://192.0.2.1/": None,
    "https://198.18.0.1/": None,
    "https://198.51.100.1/": None,
    "https://203.0.113.1/": None,
    "https://224.0.0.1/": None,
    "https://224.0.1.1/": None,
    "https://239.255.255.250/": None,
    "https://240.0.0.1/": None,
    "https://255.255.255.255/": None,
    # In other figures.
    "https://2130706433/": "127.0.0.1",
    "https://017700000001/": "127.0.0.1",
    "https://0x7f000001/": "127.0.0.1",
    "https://0x7f.0.0.1/": "127.0.0.1",
    "https://0177.0.0.1/": "127.0.0.1",
    "https://127.1/": "127.0.0.1",
    "https://127.0.1/": "127.0.0.1",
    "https://10.1/": "10.0.0.1",
    "https://2852039166/": "169.254.169.254",
    "https://3232235521/": "192.168.0.1",
    # IPv6, and IPv4 inside of it.
    "https://[::]/": None,
    "https://[::2]/": None,
    "https://[::ffff:127.0.0.1]/": None,
    "https://[::ffff:7f00:1]/": None,
    "https://[::ffff:10.0.0.1]/": None,
    "https://[::ffff:169.254.169.254]/": None,
    "https://[::127.0.0.1]/": None,
    "https://[64:ff9b::7f00:1]/": None,
    "https://[64:ff9b::a00:1]/": None,
    "https://[2002:7f00:1::]/": None,
    "https://[2002:a00:1::]/": None,
    "https://[fe80::1]/": None,
    "https://[fc00::1]/": None,
    "https://[fd12:3456::1]/": None,
    "https://[fec0::1]/": None,
    "https://[ff02::1]/": None,
    "https://[2001:db8::1]/": None,
    "https://[100::1]/": None,
    # Names.
    "https://localhost.localdomain/": "127.0.0.1",
    "https://127.0.0.1.nip.example/": "127.0.0.1",
    "https://metadata.google.internal/": "169.254.169.254",
    "https://redis/": "10.0.3.7",
    "https://db.internal.example/": "192.168.1.5",
    "https://six.example/": "::1",
    "https://mapped.example/": "::ffff:10.0.0.1",
    "https://local.example/": "fe80::1",
}


def answers(*hosts):
    return [
        {
            "hostname": "x",
            "host": host,
            "port": 443,
            "family": socket.AF_INET6 if ":" in host else socket.AF_INET,
            "proto": 0,
            "flags": 0,
        }
        for host in hosts
    ]


@pytest.fixture
def names(monkeypatch):
    """A server of names that answers each time with the next of its answers."""
    given = {"turns": [[PUBLIC]], "asked": 0}

    async def resolve(self, host, port=0, family=socket.AF_INET):
        turns = given["turns"]
        found = turns[min(given["asked"], len(turns) - 1)]
        given["asked"] += 1
        return answers(*found)

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)
    return given


@pytest.fixture
def dialled(monkeypatch):
    """The addresses that a connection was opened to; none is ever opened."""
    seen = []

    async def start_connection(addr_infos, **_given):
        seen.extend(info[4][0] for info in addr_infos)
        raise OSError("nobody there")

    monkeypatch.setattr(
        connector.aiohappyeyeballs, "start_connection", start_connection
    )
    return seen


async def call(url):
    async with Outgoing(origins=[url], limits=FAST) as http:
        await http.fetch(url)


@pytest.mark.asyncio
class TestOutgoing:
    @pytest.mark.parametrize("url", URLS)
    async def test_never_dials_what_is_not_public(self, url, names, dialled):
        names["turns"] = [[URLS[url] or PUBLIC]]

        with pytest.raises((OutgoingError, ValueError)):
            await call(url)

        assert dialled == []

    async def test_dials_a_public_address(self, names, dialled):
        with pytest.raises(OutgoingError):
            await call("https://api.example/")

        assert dialled == [PUBLIC]

    async def test_refuses_a_name_with_one_private_address_among_others(
        self, names, dialled
    ):
        names["turns"] = [[PUBLIC, "10.0.0.1"]]

        with pytest.raises(OutgoingError) as caught:
            await call("https://api.example/")

        assert (caught.value.kind, caught.value.detail) == ("connect", "NotPublic")
        assert dialled == []

    @pytest.mark.parametrize("second", ["127.0.0.1", "169.254.169.254", "::1"])
    async def test_dials_what_it_checked_when_answers_flip(
        self, names, dialled, second
    ):
        names["turns"] = [[PUBLIC], [second]]

        with pytest.raises(OutgoingError):
            await call("https://flip.example/")
        assert (names["asked"], dialled) == (1, [PUBLIC])
        with pytest.raises(OutgoingError) as caught:
            await call("https://flip.example/")

        assert caught.value.detail == "NotPublic"
        assert dialled == [PUBLIC]

    async def test_a_name_of_this_machine_leads_nowhere_else(self, names, dialled):
        names["turns"] = [["10.0.0.1"]]

        with pytest.raises(OutgoingError):
            await call("http://localhost:8090/")

        assert dialled == []

    async def test_asks_no_proxy_of_the_environment(self, names, dialled, monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")

        with pytest.raises(OutgoingError):
            await call("https://api.example/")

        assert dialled == [PUBLIC]

    async def test_a_resolver_that_knows_nothing_is_refused(self, names):
        names["turns"] = [[]]

        with pytest.raises(NotPublic):
            await CheckedResolver().resolve("api.example")


def test_sixty_ways_are_tried():
    assert len(URLS) == 60


@pytest.mark.parametrize(
    "address", [PUBLIC, "2606:2800:21f::1", "::ffff:93.184.215.14"]
)
def test_public_addresses_are(address):
    assert is_public(address)


def test_what_is_no_address_is_not_public():
    assert not is_public("api.example")
