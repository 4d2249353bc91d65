"""Firefox driven over WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), with nothing but the standard library.

Playwright's own Firefox comes from a server of its own, and its way to Debian's asks for commands that the extended
support release has not; Debian has no geckodriver. The protocol is JSON over a WebSocket (RFC 6455) to the browser.
"""

import base64
import json
import os
import re
import select
import shutil
import socket
import struct
import subprocess
import time
import zlib
from pathlib import Path
from urllib.parse import urlsplit

WAIT_S = 60
LISTENS = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
KEYS = {"ArrowRight": "\ue014", "ArrowLeft": "\ue012", "Home": "\ue011", "End": "\ue010", "Tab": "\ue004"}
KEYS |= {"Enter": "\ue007", "Escape": "\ue00c"}


def executable() -> str | None:
    """Where Firefox is, if it is installed."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class Socket:
    """A WebSocket to this machine, as a client: texts out, texts in."""

    def __init__(self, address: str):
        at = urlsplit(address)
        self.wire = socket.create_connection((at.hostname, at.port), timeout=WAIT_S)
        self.left = b""
        key = base64.b64encode(os.urandom(16)).decode()
        asked = f"GET {at.path} HTTP/1.1\r\nHost: {at.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        self.wire.sendall(f"{asked}Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        while b"\r\n\r\n" not in self.left:
            self.left += self.wire.recv(4096)
        head, self.left = self.left.split(b"\r\n\r\n", 1)
        assert b" 101 " in head.split(b"\r\n")[0], head

    def send(self, text: str) -> None:
        """Send a text in one frame; a client's frames are masked (RFC 6455, 5.3)."""
        data, mask = text.encode(), os.urandom(4)
        n = len(data)
        size = (
            bytes([128 | n])
            if n < 126
            else b"\xfe" + struct.pack(">H", n)
            if n < 65536
            else b"\xff" + struct.pack(">Q", n)
        )
        spread = (mask * (n // 4 + 1))[:n]
        masked = (int.from_bytes(data, "big") ^ int.from_bytes(spread, "big")).to_bytes(n, "big")
        self.wire.sendall(b"\x81" + size + mask + masked)

    def _take(self, n: int) -> bytes:
        while len(self.left) < n:
            more = self.wire.recv(1 << 16)
            assert more, "Firefox closed the connection"
            self.left += more
        taken, self.left = self.left[:n], self.left[n:]
        return taken

    def receive(self) -> str:
        """Return the next text, put together from its frames; what only keeps the line alive is passed over."""
        whole = b""
        while True:
            first, second = self._take(2)
            n = second & 127
            n = (
                struct.unpack(">H", self._take(2))[0]
                if n == 126
                else struct.unpack(">Q", self._take(8))[0]
                if n == 127
                else n
            )
            data = self._take(n)
            if first & 15 in (0, 1):
                whole += data
                if first & 128:
                    return whole.decode()

    @property
    def waiting(self) -> bool:
        """Whether something has come in."""
        return bool(self.left) or bool(select.select([self.wire], [], [], 0)[0])


class Firefox:
    """A headless Firefox with a profile of its own."""

    def __init__(self, program: str, profile: Path):
        quiet = {"browser.shell.checkDefaultBrowser": False, "datareporting.policy.dataSubmissionEnabled": False}
        quiet |= {
            "app.update.auto": False,
            "network.captive-portal-service.enabled": False,
            "intl.accept_languages": "en-GB",
        }
        profile.mkdir(parents=True, exist_ok=True)
        lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in quiet.items()]
        (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = [program, "--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", str(profile)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.socket = Socket(f"{self._address()}/session")
        self.number = 0
        self.events: list[dict] = []
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])

    def _address(self) -> str:
        said, until = b"", time.monotonic() + WAIT_S
        while time.monotonic() < until:
            if select.select([self.process.stderr], [], [], 1)[0]:
                said += os.read(self.process.stderr.fileno(), 4096)
            if found := LISTENS.search(said):
                return found[1].decode()
            assert self.process.poll() is None, said.decode(errors="replace")
        raise AssertionError(f"Firefox does not listen: {said.decode(errors='replace')}")

    def call(self, method: str, **params) -> dict:
        """Ask for something and wait until it is done; what happens meanwhile is kept."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            told = json.loads(self.socket.receive())
            if told.get("id") == self.number:
                assert told["type"] == "success", f"{method}: {told.get('error')}: {told.get('message')}"
                return told["result"]
            self.events.append(told)

    def happened(self) -> list[dict]:
        """Return what happened since the last time."""
        while self.socket.waiting:
            self.events.append(json.loads(self.socket.receive()))
        found, self.events = self.events, []
        return found

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(WAIT_S)


class Tab:
    """An open page, with what it asked the network for and what went wrong on it."""

    def __init__(self, firefox: Firefox, address: str, size: dict):
        self.firefox, self.address = firefox, address
        self.context = firefox.call("browsingContext.create", type="tab")["context"]
        firefox.call("browsingContext.setViewport", context=self.context, viewport=size)
        firefox.happened()
        firefox.call("browsingContext.navigate", context=self.context, url=address, wait="complete")
        self.evaluate(
            "new Promise((done) => { const look = () => document.documentElement.dataset.ready"
            " ? done(true) : setTimeout(look, 20); look(); })"
        )

    def evaluate(self, expression: str):
        """Return what an expression is worth, or what it promises."""
        told = self.firefox.call(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then((value) => JSON.stringify(value ?? null))",
            target={"context": self.context},
            awaitPromise=True,
        )
        assert told["type"] == "success", told.get("exceptionDetails", {}).get("text")
        return json.loads(told["result"]["value"])

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        actions = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        board = {"type": "key", "id": "board", "actions": actions}
        self.firefox.call("input.performActions", context=self.context, actions=[board])

    def wrong_and_asked(self) -> tuple[list[str], list[str]]:
        """Return errors and warnings of the console, and addresses asked for beside the page's own."""
        self.evaluate("new Promise((done) => setTimeout(done, 100, true))")  # what is on its way comes in
        found = self.firefox.happened()
        logs = [one["params"] for one in found if one.get("method") == "log.entryAdded"]
        asked = [one["params"]["request"]["url"] for one in found if one.get("method") == "network.beforeRequestSent"]
        wrong = [f"{one['level']}: {one['text']}" for one in logs if one["level"] in ("error", "warn")]
        own = self.address.split("#")[0]
        # what stands in the page itself, or in Firefox, is no network
        return wrong, [url for url in asked if url.split("#")[0] != own and not url.startswith(("data:", "chrome:"))]

    def printed(self) -> int:
        """Print the page on A4 and return how many sheets it takes."""
        page = {"width": 21.0, "height": 29.7}
        data = self.firefox.call("browsingContext.print", context=self.context, background=True, page=page)["data"]
        return sheets(base64.b64decode(data))

    def close(self) -> None:
        """Close it."""
        self.firefox.call("browsingContext.close", context=self.context)


def sheets(pdf: bytes) -> int:
    """Count the pages of a PDF; those written into packed streams as well."""
    whole = [pdf]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, flags=re.DOTALL):
        try:
            whole.append(zlib.decompress(packed))
        except zlib.error:
            continue  # a picture or a font
    return sum(len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", part)) for part in whole)
