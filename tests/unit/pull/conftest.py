import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

Answerer = Callable[[BaseHTTPRequestHandler, bytes], None]


class Server:
    """A loopback server; `paths` lists what was asked for, `bodies` what was posted."""

    def __init__(self, answer: Answerer) -> None:
        self.paths: list[str] = []
        self.bodies: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.paths.append(self.path)
                outer.bodies.append(body.decode())
                answer(self, body)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[[Answerer], Server]]:
    running: list[Server] = []

    def start(answer: Answerer) -> Server:
        running.append(Server(answer))
        return running[-1]

    yield start
    for server in running:
        server.close()


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


@pytest.fixture
def write_osm(tmp_path: Path) -> Callable[..., Path]:
    """Write a small .osm file: nodes {id: (lon, lat)}, ways {id: [nodes]}, relations {id: (tags, members)}."""

    def write(nodes, ways=None, relations=None, *, name="town.osm", stamp="2021-05-06T07:08:09Z", tagged=None) -> Path:
        about = f'version="1" timestamp="{stamp}"' if stamp else ""
        lines = ['<osm version="0.6">']
        for node, (lon, lat) in nodes.items():
            lines += [f'<node id="{node}" {about} lon="{lon}" lat="{lat}">{_tags((tagged or {}).get(node, {}))}</node>']
        for way, refs in (ways or {}).items():
            inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
            lines += [f'<way id="{way}" {about}>{inner}<tag k="highway" v="residential"/></way>']
        for relation, (tags, members) in (relations or {}).items():
            long = {"n": "node", "w": "way", "r": "relation"}
            inner = "".join(f'<member type="{long[k]}" ref="{ref}" role="{role}"/>' for k, ref, role in members)
            lines += [f'<relation id="{relation}" {about}>{inner}{_tags(tags)}</relation>']
        path = tmp_path / name
        path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
        return path

    return write
