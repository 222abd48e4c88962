"""Shared by the tests of the model store: an empty store, a net of one line, cards, and servers on this machine."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from vultus.runtime import store

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Server:
    """A web server that answers from a table: path -> (status, headers, body); it remembers what it was asked."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.path, dict(self.headers)))
                status, headers, body = server.answers.get(self.path, (404, {}, b"nothing of that name"))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def serve() -> Iterator[Callable[[], Server]]:
    """Starts servers on free ports of 127.0.0.1; they end with the test."""
    running: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start() -> Server:
        server = Server()
        http = ThreadingHTTPServer(("127.0.0.1", 0), server.handler())
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((http, thread))
        return server

    yield start
    for http, thread in running:
        http.shutdown()
        http.server_close()
        thread.join()


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store folder, an empty archive cache and no shipped cards but those written to `tmp_path/"shipped"`."""
    monkeypatch.setenv("VULTUS_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "shipped").mkdir()
    monkeypatch.setattr(store, "_SHIPPED", tmp_path / "shipped")
    return tmp_path / "models"


@pytest.fixture
def net() -> Callable[..., bytes]:
    return tiny_net


@pytest.fixture
def toml() -> Callable[..., str]:
    return card_toml


@pytest.fixture
def ship(models: Path, tmp_path: Path) -> Callable[..., None]:
    """Writes a card among the shipped ones: `ship(data, name=..., **keys of [source])`."""
    def write(data: bytes, name: str = "tiny", **source: str) -> None:
        (tmp_path / "shipped" / f"{name}.toml").write_text(card_toml(data, name=name, source=source))
    return write


def tiny_net(scale: float = 1.0, domain: str = "", batch: Any = "n", channels_first: bool = False) -> bytes:
    """Mean colour of an 8-px picture: input x float32 (n, 8, 8, 3) or (n, 3, 8, 8), output y (n, 3) = scale x mean."""
    axes = [2, 3] if channels_first else [1, 2]
    nodes = [helper.make_node("ReduceMean", ["x"], ["m"], axes=axes, keepdims=0),
             helper.make_node("Mul", ["m", "s"], ["y"], domain=domain)]
    shape = [batch, 3, 8, 8] if channels_first else [batch, 8, 8, 3]
    graph = helper.make_graph(nodes, "tiny", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 3])],
                              [numpy_helper.from_array(np.array([scale], np.float32), "s")])
    opsets = [helper.make_opsetid("", 13)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())


def card_toml(data: bytes | None = None, *, name: str = "tiny", source: dict[str, str] | None = None, extra: str = "",
              net_input: str = 'name = "x"\nlayout = "nhwc"\ndtype = "float32"\nsize = [8, 8]\ncrop = "arcface-112"',
              output: str = "y") -> str:
    """A card for `tiny_net`; with `data` its sha256 and size are filled in."""
    pins = f'sha256 = "{hashlib.sha256(data).hexdigest()}"\nbytes = {len(data)}\n' if data is not None else ""
    lines = "\n".join(f'{key} = "{value}"' for key, value in (source or {"kind": "local"}).items())
    return (f'name = "{name}"\nsummary = "mean colour"\ntask = "embed"\nfile = "{name}.onnx"\n{pins}\n[source]\n{lines}\n\n'
            f'[input]\n{net_input}\n\n[output.{output}]\ndimension = 3\nmeaning = "mean red, green, blue"\n\n'
            f'[licence]\ncode = "permitted"\nweights = "permitted"\ntraining_data = "unclear"\n{extra}')


def external(data: bytes) -> bytes:
    """The same net with its weight moved into a file beside it, which is not there."""
    model = onnx.load_model_from_string(data)
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../weights.bin")
    return bytes(model.SerializeToString())


@pytest.fixture
def externalise() -> Callable[[bytes], bytes]:
    return external
