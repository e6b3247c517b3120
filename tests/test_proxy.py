"""nginx as deploy/nginx/ma.conf sets it up: what it speaks, hands over, writes down."""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not here")
CONFIGURATION = Path(settings.BASE_DIR, "deploy/nginx/ma.conf")
NAME = "ma.example.org"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def behind():
    """In gunicorn's place: answers with the headers it was given."""

    class Mirror(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(dict(self.headers)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Mirror)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def write_certificate(folder):
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    made = x509.CertificateBuilder(name, name, key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1))
    made = made.not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    (folder / "fullchain.pem").write_bytes(made.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, kind, plain))


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


@pytest.fixture(scope="module")
def ports(folder, behind):
    """Of HTTP and of HTTPS; only paths and ports of the shipped file are changed."""
    write_certificate(folder)
    http_port, https_port = free_ports(2)
    text = CONFIGURATION.read_text(encoding="utf-8")
    for shipped, ours in {
        "listen 80;": f"listen 127.0.0.1:{http_port};",
        "listen 443 ssl;": f"listen 127.0.0.1:{https_port} ssl;",
        "/etc/ma/tls/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
        "127.0.0.1:8000": f"127.0.0.1:{behind}",
    }.items():
        assert shipped in text
        text = text.replace(shipped, ours)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\n"
        f"error_log {folder}/error;\n"
        f"events {{}}\nhttp {{\n{temporary}{text}}}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen([NGINX, "-p", folder, "-c", whole, "-e", folder / "e"])
    until = time.monotonic() + 20
    while not answers(https_port):
        assert process.poll() is None, (folder / "error").read_text(encoding="utf-8")
        assert time.monotonic() < until
        time.sleep(0.1)
    yield http_port, https_port
    process.terminate()
    process.wait(10)


def answers(port):
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def speaking(version=None, ciphers=""):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    # The least that this machine's OpenSSL can be brought to.
    context.set_ciphers(f"{ciphers or 'ALL'}:@SECLEVEL=0")
    if version:
        context.minimum_version = context.maximum_version = version
    return context


def spoken(port, **asked):
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        speaking(**asked).wrap_socket(plain, server_hostname=NAME) as secure,
    ):
        return secure.version(), secure.cipher()[0]


class TestTls:
    def test_prefers_the_newest(self, ports):
        assert spoken(ports[1])[0] == "TLSv1.3"

    def test_speaks_1_2_with_forward_secrecy_and_the_strongest_first(self, ports):
        found = spoken(ports[1], version=ssl.TLSVersion.TLSv1_2)

        assert found == ("TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384")

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
    @pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
    def test_speaks_nothing_older(self, ports, version):
        """OpenSSL may refuse them by itself here: the file says it too."""
        text = CONFIGURATION.read_text(encoding="utf-8")
        assert "ssl_protocols TLSv1.2 TLSv1.3;" in text
        with pytest.raises((ssl.SSLError, OSError)):
            spoken(ports[1], version=ssl.TLSVersion[version])

    @pytest.mark.parametrize("ciphers", ["ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256"])
    def test_takes_no_weaker_cipher(self, ports, ciphers):
        with pytest.raises((ssl.SSLError, OSError)):
            spoken(ports[1], version=ssl.TLSVersion.TLSv1_2, ciphers=ciphers)


def asked(port, path, **headers):
    one = http.client.HTTPSConnection("127.0.0.1", port, context=speaking(), timeout=10)
    one.request("GET", path, headers={"Host": NAME, **headers})
    answer = one.getresponse()
    body = answer.read()
    one.close()
    return answer, body


class TestWhatItHandsOver:
    def test_is_the_address_it_saw_and_not_the_one_it_was_told(self, ports):
        told = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "http"}
        told |= {"X-Real-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6"}

        _answer, body = asked(ports[1], "/", **told)

        got = json.loads(body)
        assert got["X-Forwarded-For"] == "127.0.0.1"
        assert got["X-Forwarded-Proto"] == "https"
        assert "6.6.6.6" not in body.decode()

    def test_says_when_it_came_in_clear(self, ports):
        one = http.client.HTTPConnection("127.0.0.1", ports[0], timeout=10)
        one.request("GET", "/", headers={"Host": NAME, "X-Forwarded-Proto": "https"})
        got = json.loads(one.getresponse().read())
        one.close()

        assert got["X-Forwarded-Proto"] == "http"


def test_its_log_holds_no_link_and_no_query(ports, folder):
    for path in ("/compte/lien/zcanari/", "/?q=zcanari", "/liste?q=zcanari#x"):
        asked(ports[1], path)

    lines = (folder / "ma.log").read_text(encoding="utf-8").splitlines()
    assert "zcanari" not in "\n".join(lines)
    assert {"/compte/lien/***", "/", "/liste"} <= {
        json.loads(each)["path"] for each in lines
    }
