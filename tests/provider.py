"""An identity provider for tests: OpenID Connect on this computer, with a page on which one chooses who one is."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "confidence", "told by the provider"


class Provider(ThreadingHTTPServer):
    """Knows people by their names, and what may be said of them."""

    def __init__(self, people: Mapping[str, Mapping[str, object]]) -> None:
        super().__init__(("localhost", 0), _Answer)
        self.people = people
        self.issuer = f"http://localhost:{self.server_port}"
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.codes: dict[str, dict[str, str]] = {}

    @property
    def discovery(self) -> str:
        """Address of the discovery document."""
        return f"{self.issuer}/.well-known/openid-configuration"

    def settings(self, address: str) -> dict[str, str]:
        """What a dashboard at this address is told."""
        return {
            "CONFIDENCE_SIGN_IN": self.discovery,
            "CONFIDENCE_SIGN_IN_CLIENT": CLIENT,
            "CONFIDENCE_SIGN_IN_SECRET": SECRET,
            "CONFIDENCE_COOKIE_SECRET": secrets.token_hex(32),
            "CONFIDENCE_ADDRESS": address,
        }


class _Answer(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        path, asked = urlsplit(self.path).path, self._asked(urlsplit(self.path).query)
        if path == "/.well-known/openid-configuration":
            self._json(self._discovery())
        elif path == "/keys":
            self._json({"keys": [self.server.key.as_dict(private=False)]})
        elif path == "/authorize":
            self._choice(asked)
        elif path == "/chosen":
            code = secrets.token_urlsafe()
            self.server.codes[code] = asked
            self._go(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")
        elif path == "/end":
            self._go(asked["post_logout_redirect_uri"])
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        asked = self._asked(self.rfile.read(int(self.headers["Content-Length"])).decode())
        chosen = self.server.codes.pop(asked["code"])
        now = int(time.time())
        said = {"iss": self.server.issuer, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": chosen["nonce"]}
        person = dict(self.server.people[chosen["person"]])
        said |= {"sub": chosen["person"], "exp": now + int(person.pop("seconds", 600)), **person}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, said, self.server.key)
        self._json({"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "id_token": token})

    def _discovery(self) -> dict[str, object]:
        places = {"authorization": "authorize", "token": "token", "end_session": "end"}
        return {
            "issuer": self.server.issuer,
            "jwks_uri": f"{self.server.issuer}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            **{f"{name}_endpoint": f"{self.server.issuer}/{place}" for name, place in places.items()},
        }

    def _choice(self, asked: dict[str, str]) -> None:
        kept = {key: asked[key] for key in ("redirect_uri", "state", "nonce")}
        links = (f'<a href="/chosen?{urlencode({**kept, "person": name})}">{name}</a>' for name in self.server.people)
        self._send(200, "text/html", "<title>Provider</title>" + " ".join(links))

    def _json(self, content: object) -> None:
        self._send(200, "application/json", json.dumps(content))

    def _go(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.end_headers()

    def _send(self, status: int, kind: str, content: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(content.encode())

    @staticmethod
    def _asked(query: str) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(query).items()}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def provider(people: Mapping[str, Mapping[str, object]]) -> Iterator[Provider]:
    """A provider that knows these people, until the caller is done."""
    with Provider(people) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()
