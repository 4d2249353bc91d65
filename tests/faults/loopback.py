"""Real servers on loopback that do what servers and lines do at their worst."""

import contextlib
import hashlib
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOWN = ROOT / "tests" / "data" / "sample_town" / "sample.osm.pbf"
CERTIFICATES = Path(__file__).parent / "certificates"


def fault(place, what, result):
    """Mark a test as a fault of the table: where it strikes, what breaks, and what is right."""
    return pytest.mark.fault(place, what, result)


@dataclass
class Request:
    """What a client asked."""

    method: str
    path: str
    headers: dict
    body: bytes


@dataclass
class Wire:
    """The server's end of one connection."""

    socket: socket.socket
    closed: bool = False

    def head(self, status=200, headers=None, *, version="1.1", reason="OK"):
        lines = [f"HTTP/{version} {status} {reason}", *(f"{key}: {value}" for key, value in (headers or {}).items())]
        self.socket.sendall(("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode())

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, status=200, body=b"", headers=None, *, reason="OK", version="1.1"):
        body = body.encode() if isinstance(body, str) else body
        self.head(status, {"Content-Length": len(body), **(headers or {})}, reason=reason, version=version)
        self.send(body)

    def reset(self):
        """Break the connection off hard, as a lost line does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.closed = True
        self.socket.close()


def _read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
        if data.startswith(b"\x16"):  # the beginning of an encrypted connection
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            return None
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Request(method, path, headers, body)


class Loopback:
    """A server on loopback; `script(wire, request)` answers, `requests` lists what was asked."""

    def __init__(self, script, *, certificate=None):
        self.script, self.requests, self.connections = script, [], 0
        self._tls = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http{'s' if certificate else ''}://{'localhost' if certificate else '127.0.0.1'}:{self.port}"
        self._open = True
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while self._open:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        wire = Wire(connection)
        try:
            if self._tls:
                wire.socket = connection = self._tls.wrap_socket(connection, server_side=True)
            request = _read_request(connection)
            if request:
                self.requests.append(request)
                self.script(wire, request)
        except (OSError, ssl.SSLError):
            pass
        finally:
            if not wire.closed:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
                connection.close()

    def asked(self, end=""):
        """Return the requests for paths that end so, without those for checksums unless asked for."""
        return [one for one in self.requests if one.path.endswith(end) and (end or not one.path.endswith(".md5"))]

    def close(self):
        self._open = False
        # wakes the thread that waits for a connection, which the kernel would serve even now
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@dataclass
class FileServer:
    """Serves one file as a good server does, but for the faults: one for each request for it, the last for ever.

    A fault is called with the wire, the request and this server; None answers well.
    """

    body: bytes
    faults: list = field(default_factory=list)
    etag: str | None = '"one"'
    last_modified: str | None = None
    md5: bytes | str | None = None
    ranges: bool = True

    def headers(self):
        found = {"ETag": self.etag, "Last-Modified": self.last_modified}
        return {key: value for key, value in found.items() if value}

    def __call__(self, wire, request):
        if request.path.endswith(".md5"):
            sums = f"{hashlib.md5(self.body).hexdigest()}  town.osm.pbf\n" if self.md5 is True else self.md5
            wire.answer(200, sums) if sums else wire.answer(404, reason="Not Found")
            return
        todo = self.faults.pop(0) if len(self.faults) > 1 else self.faults[0] if self.faults else None
        (todo or FileServer.well)(wire, request, self)

    def asked_from(self, request):
        """Return where the request wants the file from: 0 for the whole, or for a file that has changed."""
        wanted = request.headers.get("range", "")
        same = request.headers.get("if-range") in (None, self.etag, self.last_modified)
        return int(wanted[6:-1]) if self.ranges and wanted and same else 0

    def begin(self, wire, request, *, length=None, **more):
        """Send the head of an answer; returns the bytes to send."""
        start = self.asked_from(request)
        rest = self.body[start:]
        headers = {"Content-Length": len(rest) if length is None else length, **self.headers(), **more}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"
        wire.head(206 if start else 200, headers)
        return rest

    @staticmethod
    def well(wire, request, server):
        """Answer as a good server does."""
        known = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
        if (known[0] and known[0] == server.etag) or (known[1] and known[1] == server.last_modified):
            wire.head(304, server.headers(), reason="Not Modified")
            return
        wire.send(server.begin(wire, request))


# ---------------------------------------------------------------- faults of lines and servers


def breaks_after(share, *, hard=True):
    """Carry a share of the file, then break off: by a reset, or by a silent end."""

    def answer(wire, request, server):
        rest = server.begin(wire, request)
        wire.send(rest[: int(share * len(server.body))])
        time.sleep(0.02)
        if hard:
            wire.reset()

    return answer


def says(status, reason="", *, body=b"", **headers):
    """Answer a status."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda wire, request, server: wire.answer(status, body, named, reason=reason)


def silent(seconds):
    """Say nothing for a time."""
    return lambda wire, request, server: time.sleep(seconds)


def http_date(moment):
    return formatdate(moment, usegmt=True)
