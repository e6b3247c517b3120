"""Words that break programs, and requests made of them by chance, from a seed."""

import json
from dataclasses import dataclass, field
from uuid import UUID

# Of security.md C1, C5, C7, C8, C10, and of what broke others.
WORDS = (
    *("", " ", "0", "-1", "1e400", "NaN", "Infinity", "1.23457E+08", "９９", "٣"),
    *("9" * 19, "-" + "9" * 400, "1 234,56", "(1 234)", "2026-02-30", "0000-00-00"),
    *("\x00", "a\x00b", "\ud800", "\ufffe", "\u202eabc", "é", "é", "🏭" * 50),
    *("%", "_", "'", '"', "\\", "%_'\\", "' OR 1=1 --", "); DROP TABLE x; --"),
    *("<script>alert(1)</script>", "{{7*7}}", "{% debug %}", "${jndi:ldap://x}"),
    *("../../etc/passwd", "..%2f..%2f", "file:///etc/passwd", "http://[", "//[x"),
    *("=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "＝1", "-2+3"),
    *("(a+)+$" + "a" * 40, "[" * 200, "(" * 200, "a" * 10_000, "null", "true", "[]"),
    *("732829320", "73282932", "7328293200", "73282932o", "732 829 320", "FR"),
    *("liste", "naf", "25", "25.62A", "69", "2A", "tri", "-nom", "siege", "nouveau"),
    "01a20a5c-101f-7537-89e0-6fb458415beb",
)
NAMES = (
    *("q", "naf", "region", "departement", "commune", "lieu", "tranche", "forme"),
    *("statut", "evenement", "evenement_du", "evenement_au", "contact", "liste"),
    *("hors_liste", "inconnus", "fermees", "siren", "collage", "tri", "curseur"),
    *("retour", "colonnes", "recherche", "requete", "tout", "vivier", "nom", "avant"),
    *("ca_min", "ca_max", "age_min", "avis_max", "page", "apres", "refus", "dit"),
    *("vu", "next", "comptes", "status", "reason", "wake_on", "texte", "profil"),
    *("sortie", "faire", "jour", "heure", "objet", "fichier", "file", "sirens"),
    *("name", "sources", "cap_eur", "suite", "token", "email", "password", "code"),
    *("new", "again", "current", "scopes", "networks", "days", "owner", "points"),
    *("full_name", "profile", "wanted", "preset", "ruleset", "partagee", "suivi"),
    *("ordre-rapide", "colonnes-rapide", "monter", "__proto__", "", "é", "a[b][]"),
)
VERBS = (
    *("GET", "GET", "GET", "POST", "POST", "POST", "HEAD", "PUT", "PATCH", "DELETE"),
    *("OPTIONS", "TRACE", "PROPFIND", "get", "G" * 100, "CONNECT"),
)
# gunicorn refuses NUL in them (test_raw_socket.py).
HEADERS = {
    "HTTP_X_FORWARDED_FOR": ("not-an-ip", "::ffff:1", "1.2.3.4, é", "[", "," * 500),
    "HTTP_X_FORWARDED_PROTO": ("https", "gopher"),
    "HTTP_COOKIE": ("session=é", "=;=;" * 500, "theme=%00", "é"),
    "HTTP_ACCEPT_LANGUAGE": ("xx-YY;q=nope", "*" * 500, "fr" + ",fr" * 5000),
    "HTTP_ACCEPT": ("application/json", "*/*;q=é"),
    "HTTP_USER_AGENT": ("a" * 16_000, "é🏭"),
    "HTTP_HOST": ("evil.example", "testserver:99999", "[::1", "é", ""),
    "HTTP_REFERER": ("http://[", "javascript:alert(1)"),
    "HTTP_ORIGIN": ("null", "http://[", "http://evil.example"),
    "HTTP_AUTHORIZATION": ("Bearer é", "Bearer mai_" + "x" * 43, "Basic ::"),
    "HTTP_HX_REQUEST": ("true", "false", "1"),
    "HTTP_HX_TARGET": ("company-rows", "export-choice", "é#", "a" * 5000),
    "HTTP_HX_CURRENT_URL": ("http://[", "//x", "http://testserver/?q=é", "%ff"),
    "HTTP_RANGE": ("bytes=0-", "bytes=9-1", "lines=x"),
    "HTTP_IF_MODIFIED_SINCE": ("yesterday", "Sun, 99 Foo 9999 99:99:99 GMT"),
    "HTTP_IF_NONE_MATCH": ("W/", '"' * 100, "*"),
    "HTTP_SEC_PURPOSE": ("prefetch", "é"),
    "HTTP_X_REQUEST_ID": ("a" * 5000, "é"),
    "HTTP_CONTENT_ENCODING": ("gzip", "é"),
}
TYPES = (
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=nope",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=" + "x" * 300,
    "multipart/form-data",
    "application/json",
    "application/x-www-form-urlencoded; charset=hex",
    "text/plain; charset=\x00é",
    "text/plain; a=" + "b" * 12_000,
    "",
)


@dataclass
class Asked:
    verb: str
    path: str
    query: str
    body: bytes = b""
    content_type: str = ""
    headers: dict = field(default_factory=dict)

    def by(self, browser):
        """As the WSGI server would hand it over: no client of ours mends it."""
        extra = {"PATH_INFO": _wsgi(self.path), "QUERY_STRING": _wsgi(self.query)}
        extra |= {name: _wsgi(value) for name, value in self.headers.items()}
        return browser.generic(
            self.verb, "/", self.body, content_type=self.content_type, **extra
        )


def _wsgi(text):
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def request(chance, addresses):
    """One of ``addresses`` most of the time, asked as nobody would."""
    asked = Asked(
        verb=chance.choice(VERBS),
        path=_path(chance, chance.choice(addresses)),
        query=_query(chance),
    )
    for name in chance.sample(sorted(HEADERS), chance.choice((0, 0, 1, 2, 5))):
        asked.headers[name] = chance.choice(HEADERS[name])
    if asked.verb not in ("GET", "HEAD"):
        asked.content_type = chance.choice(TYPES[:1] * 4 + TYPES)
        asked.body = _body(chance, asked.content_type)
    return asked


def _path(chance, address):
    change = chance.randrange(12)
    if change > 6:
        return address
    parts = address.split("/")
    place = chance.randrange(len(parts))
    word = chance.choice(WORDS)[:300]
    if change < 3:
        parts[place] = word
    elif change == 3:
        parts.insert(place, word)
    elif change == 4:
        parts[place] = parts[place].upper()
    elif change == 5:
        parts[place] = str(UUID(int=chance.getrandbits(128)))
    else:
        del parts[place]
    return "/" + "/".join(parts).lstrip("/") if change % 2 else "/".join(parts) or "/"


def _query(chance):
    size = chance.choice((0, 0, 1, 2, 4, 8))
    if chance.random() < 0.01:
        size = 10_000
    return "&".join(_pair(chance) for _ in range(size))


def _pair(chance):
    word = chance.choice(WORDS)
    if chance.random() < 0.5:
        word = "".join(_percent(sign) for sign in word[:3000])
    return f"{chance.choice(NAMES)}={word}"


def _percent(sign):
    data = sign.encode("utf-8", "surrogatepass")
    return "".join(f"%{octet:02x}" for octet in data)


def _body(chance, content_type):
    kind = chance.randrange(5)
    if kind == 0:
        return chance.randbytes(chance.choice((0, 1, 50, 5000)))
    if "json" in content_type:
        return json.dumps({chance.choice(NAMES): chance.choice(WORDS)}).encode()
    if "multipart" in content_type:
        return _multipart(chance)
    return _query(chance).encode("utf-8", "surrogatepass")


def _multipart(chance):
    lines = []
    for _ in range(chance.randrange(6)):
        name = chance.choice(NAMES)
        word = chance.choice(WORDS).encode("utf-8", "surrogatepass")
        file = f'; filename="{chance.choice(WORDS)[:100]}"' if word[:1] > b"a" else ""
        head = f'--x\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        lines.append(head.encode("utf-8", "surrogatepass") + word + b"\r\n")
    end = chance.choice((b"--x--\r\n", b"--x", b""))
    return b"".join(lines) + end
