"""Bytes to the socket of the real web server: refused or answered, never a 5xx.

``HOSTILE_RAW`` says how many connections of chance (`make hostile`: 1,000).
"""

import os
import random
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests import trail_emptied
from tests.hostile import nasty

pytestmark = pytest.mark.django_db

COUNT = int(os.environ.get("HOSTILE_RAW", "40"))
# The protocol's own: a transfer coding, a version that nobody speaks.
PROTOCOLS = {501, 505}
LINES = (
    b"GET / HTTP/1.1",
    b"GET /compte/connexion/ HTTP/1.1",
    b"POST /compte/connexion/ HTTP/1.1",
    b"GET /api/v2.1/me/ HTTP/1.1",
    b"GET http://evil.example/ HTTP/1.1",
    b"GET /../../etc/passwd HTTP/1.1",
    b"GET /%00 HTTP/1.1",
    b"GET /\xff\xfe HTTP/1.1",
    b"OPTIONS * HTTP/1.1",
    b"CONNECT x:443 HTTP/1.1",
    b"GET / HTTP/9.9",
    b"GET /",
    b"get / http/1.1",
    b"TRACE / HTTP/1.1",
    b"GET /?" + b"&" * 6000 + b" HTTP/1.1",
)
FIELDS = (
    b"Host: localhost",
    b"Host: localhost\r\nHost: evil.example",
    b"Host: \x00",
    b"Content-Length: -1",
    b"Content-Length: abc",
    b"Content-Length: 5\r\nContent-Length: 6",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip",
    b"Transfer-Encoding: xchunked",
    b"Expect: 100-continue",
    b"Expect: nothing",
    b"X-Forwarded-For: not-an-ip",
    b"X-Long: " + b"a" * 100_000,
    b"Cookie: session=\xff\xfe",
    b"Cookie: " + b"a=b; " * 3000,
    b"No-Colon",
    b" folded: x",
    b"Content-Type: application/x-www-form-urlencoded; charset=hex",
    b"Content-Type: application/x-www-form-urlencoded; charset=latin-1",
    b"Content-Type: text/plain; a*=nope''x",
    b"Authorization: Bearer \xff",
    b"Accept-Language: " + b"fr," * 4000,
    b"X" * 9000 + b": x",
)
BODIES = (b"", b"token=1", b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n", b"\x00" * 5000)


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup):
    """gunicorn as it is set up, on a socket of its own and the tests' database."""
    address = tmp_path_factory.mktemp("raw") / "web.sock"
    made = connection.settings_dict["NAME"]
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{made}").geturl()
    settings = {
        "DJANGO_SETTINGS_MODULE": "mainsite.settings_test",
        "DATABASE_URL": database,
        "WEB_WORKERS": "1",
    }
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "mainsite.wsgi:application"),
            *("--config", "deploy/gunicorn.conf.py", "--bind", f"unix:{address}"),
        ],
        env={**os.environ, **settings},
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while not address.exists() or b"200 OK" not in ask(str(address), PROBE):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.2)
    yield str(address)
    process.terminate()
    process.wait(20)
    # What it wrote is committed.
    trail_emptied.empty()


PROBE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def ask(address, data):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        try:
            client.connect(address)
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            answer = b""
            while block := client.recv(65_536):
                answer += block
        except (ConnectionError, BrokenPipeError):
            return b""
    return answer


def status(answer):
    """0 when the server hung up without a word."""
    line = answer.partition(b"\r\n")[0].split(b" ")
    return int(line[1]) if len(line) > 1 and line[1].isdigit() else 0


def made(chance):
    if chance.random() < 0.2:
        return chance.randbytes(chance.choice((1, 10, 1000, 100_000)))
    fields = chance.sample(FIELDS, chance.choice((0, 1, 2, 3)))
    if chance.random() < 0.7:
        fields = [b"Host: localhost", b"Connection: close", *fields]
    if chance.random() < 0.2:
        word = chance.choice(nasty.WORDS).encode("utf-8", "surrogatepass")
        fields.append(b"X-Word: " + word[:9000])
    request = b"\r\n".join([chance.choice(LINES), *fields, b"", chance.choice(BODIES)])
    if chance.random() < 0.1:
        request = request[: chance.randrange(len(request))]
    return request * chance.choice((1, 1, 1, 3))


def test_no_bytes_break_it(server):
    broken = []
    for seed in range(COUNT):
        request = made(random.Random(seed))
        got = status(ask(server, request))
        if got >= 500 and got not in PROTOCOLS:
            broken.append((seed, got, request[:200]))
    assert broken == []
    assert status(ask(server, PROBE)) == 200


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/x-www-form-urlencoded; charset=latin-1",
        b"application/x-www-form-urlencoded; charset=hex",
        b"text/plain; a*=nope''x",
    ],
)
def test_a_claimed_charset_is_not_followed(server, content_type):
    """Django reads the query by it before anything could answer."""
    head = b"GET /compte/connexion/?next=%E9 HTTP/1.1\r\nHost: localhost\r\n"
    end = b"Content-Type: %s\r\nConnection: close\r\n\r\n" % content_type

    assert status(ask(server, head + end)) == 200


def test_requests_in_a_row_are_each_counted(server):
    """HTTP/1.1 pipelining: the sixth attempt on an account waits like any other."""
    body = b"email=nobody%40cabinet.example&password=une+phrase+quelconque"
    one = (
        b"POST /compte/connexion/ HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Cookie: csrf=%s\r\nX-CSRFToken: %s\r\nContent-Length: %d\r\n\r\n%s"
    ) % (b"a" * 32, b"a" * 32, len(body), body)

    answer = ask(server, one * 8)

    assert answer.count(b"HTTP/1.1 ") <= 8
    assert b"HTTP/1.1 5" not in answer
    assert b"HTTP/1.1 302" not in answer
