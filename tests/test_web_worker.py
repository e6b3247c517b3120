"""An address too long for the web server, asked of a real one."""

import os
import socket
import subprocess
import sys
import time

import pytest


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """gunicorn on a socket of its own; nothing asked of it needs the database."""
    address = tmp_path_factory.mktemp("web") / "web.sock"
    command = [
        *(sys.executable, "-m", "gunicorn"),
        "django.core.wsgi:get_wsgi_application()",
        *("--worker-class", "mainsite.web_worker.Worker"),
        *("--bind", f"unix:{address}", "--workers", "1", "--no-control-socket"),
    ]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "mainsite.settings_test"}
    process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE)
    until = time.monotonic() + 30
    while not address.exists():
        assert process.poll() is None, process.stderr.read().decode()
        assert time.monotonic() < until
        time.sleep(0.1)
    yield str(address)
    process.terminate()
    process.wait(10)
    process.stderr.close()


def ask(address, request):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(address)
        client.sendall(request)
        answer = b""
        while block := client.recv(65_536):
            answer += block
    return answer.decode()


@pytest.mark.parametrize("length", [8_200, 90_000, 2_000_000])
def test_is_answered_in_french(server, length):
    line = b"GET /?q=" + b"a" * length + b" HTTP/1.1\r\n"
    answer = ask(server, line + b"Host: localhost\r\nConnection: close\r\n\r\n")
    assert answer.startswith("HTTP/1.1 414 ")
    assert "Cette adresse est trop longue." in answer
    assert "Coller des SIREN" in answer
    assert "object-src 'none'" in answer


def test_what_is_no_request_is_still_gunicorns_to_refuse(server):
    assert ask(server, b"n'importe quoi\r\n\r\n").startswith("HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 5\r\nContent-Length: 60",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        b"Content-Length: +5",
    ],
)
def test_a_request_of_two_lengths_hides_no_second_one(server, lengths):
    first = b"POST /nulle/part HTTP/1.1\r\nHost: localhost\r\n" + lengths + b"\r\n\r\n"
    hidden = b"GET /cachee HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    answer = ask(server, first + b"0\r\n\r\n" + hidden)

    assert answer.count("HTTP/1.1 ") == 1
    assert answer.split(" ")[1] in {"400", "501"}
