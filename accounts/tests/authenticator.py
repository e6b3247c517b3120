"""A passkey of software: what a browser would post, and what a forger would."""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.urls import reverse
from django_otp_webauthn.models import WebAuthnCredential

HOST = settings.OTP_WEBAUTHN_RP_ID
NEW, SECURITY = reverse("accounts:new_passkey"), reverse("accounts:security")
CHALLENGE = reverse("accounts:passkey_challenge")
WITH_PASSKEY = reverse("accounts:verify_passkey")
OPTIONS, ADD = reverse("accounts:passkey_options"), reverse("accounts:add_passkey")
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def to_text(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


def to_bytes(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Passkey:
    def __init__(self, *, counts=True):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.counts, self.count = counts, 0

    def register(self, options, **forged):
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: _32(numbers.x), -3: _32(numbers.y)}
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        flags = forged.pop("flags", PRESENT | VERIFIED)
        data = self._data(flags | ATTESTED, **_only(forged, "domain")) + attested
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        client = _client("webauthn.create", options, **_but(forged, "domain"))
        return self._posted(
            clientDataJSON=client, attestationObject=cbor2.dumps(statement)
        )

    def sign(self, options, **forged):
        self.count += self.counts
        flags = forged.pop("flags", PRESENT | VERIFIED)
        data = self._data(flags, **_only(forged, "domain"))
        client = _client("webauthn.get", options, **_but(forged, "domain"))
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._posted(
            clientDataJSON=client, authenticatorData=data, signature=signature
        )

    def _data(self, flags, *, domain=None):
        domain = domain or settings.OTP_WEBAUTHN_RP_ID
        digest = sha256(domain.encode()).digest()
        return digest + bytes([flags]) + self.count.to_bytes(4)

    def _posted(self, **response):
        return json.dumps(
            {
                "id": to_text(self.id),
                "rawId": to_text(self.id),
                "type": "public-key",
                "response": {name: to_text(data) for name, data in response.items()},
                "clientExtensionResults": {},
            }
        )


def _client(kind, options, *, origin=None, challenge=None, type=None):
    return json.dumps(
        {
            "type": type or kind,
            "challenge": challenge or options["challenge"],
            "origin": origin or settings.OTP_WEBAUTHN_ALLOWED_ORIGINS[0],
            "crossOrigin": False,
        }
    ).encode()


def _32(number):
    return number.to_bytes(32)


def _only(given, name):
    return {name: given[name]} if name in given else {}


def _but(given, name):
    return {key: value for key, value in given.items() if key != name}


def add(client, passkey, *, name="Portable", **forged):
    options = client.post(OPTIONS).json()
    return client.post(
        ADD, {"name": name, "credential": passkey.register(options, **forged)}
    )


def signed(client, passkey, **forged):
    return passkey.sign(client.post(CHALLENGE).json(), **forged)


def use(client, passkey, **forged):
    return client.post(WITH_PASSKEY, {"credential": signed(client, passkey, **forged)})


def address_of(passkey, name):
    """Of the page that ``name`` says, for the row of this passkey."""
    digest = WebAuthnCredential.get_credential_id_sha256(passkey.id)
    return reverse(name, args=[digest])
