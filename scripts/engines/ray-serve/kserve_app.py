"""ONNX language models behind the Open Inference Protocol v2, on Ray Serve.

    DECODEKIT_MODELS='{"stories": "FOLDER"}' python run.py PORT REPLICAS

A request has the whole sequence. What an earlier request of the same session left in the cache is used as far as the sequences agree, so
that answers never depend on it. Requests and answers carry binary tensors.
"""

from __future__ import annotations

import json
import os
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import onnxruntime
from ray import serve
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MOST_SESSIONS = 16  # whose caches a replica keeps
JSON_LENGTH = "inference-header-content-length"
CANVAS = 1  # mode of a row that predicts the token at its own position
TYPES = {"INT64": np.int64, "INT32": np.int32}


class CachedModel:
    """A causal graph in the Hugging Face layout, with the keys and values of the last sessions."""

    def __init__(self, folder: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.graph = onnxruntime.InferenceSession(folder / "onnx" / "model.onnx", options, providers=["CPUExecutionProvider"])
        canvas = folder / "onnx" / "canvas.onnx"
        self.canvas = onnxruntime.InferenceSession(canvas, options, providers=["CPUExecutionProvider"]) if canvas.exists() else None
        self.inputs = {each.name: each for each in self.graph.get_inputs()}
        self.past = [name for name in self.inputs if name.startswith("past_key_values.")]
        self.outputs = ["logits", *[name.replace("past_key_values", "present") for name in self.past]]
        self.vocabulary = self.graph.get_outputs()[0].shape[-1]
        self.sessions: OrderedDict[str, tuple[np.ndarray, list[np.ndarray]]] = OrderedDict()

    def empty(self) -> list[np.ndarray]:
        shapes = [self.inputs[name].shape for name in self.past]
        return [np.zeros((1, shape[1], 0, shape[3]), np.float32) for shape in shapes]

    def read(self, tokens: np.ndarray, rows: int, session: str) -> tuple[np.ndarray, list[np.ndarray]]:
        """The last `rows` rows (rows, V) of logits for `tokens` (n,), n >= rows, and the keys and values of all of them."""
        known, cache = self.sessions.get(session, (np.empty(0, np.int64), self.empty()))
        shared = min(len(known), len(tokens))
        differing = np.flatnonzero(known[:shared] != tokens[:shared])
        kept = min(differing[0] if len(differing) else shared, len(tokens) - rows)
        new = tokens[kept:]
        feeds = {name: layer[:, :, :kept] for name, layer in zip(self.past, cache)}
        feeds |= {
            "input_ids": new[None],
            "attention_mask": np.ones((1, len(tokens)), np.int64),
            "position_ids": np.arange(kept, len(tokens))[None],
        }
        logits, *cache = self.graph.run(self.outputs, {name: feeds[name] for name in self.inputs})
        self.sessions[session] = (tokens, cache)
        self.sessions.move_to_end(session)
        while len(self.sessions) > MOST_SESSIONS:
            self.sessions.popitem(last=False)
        return logits[0, len(new) - rows :], cache

    def predict(self, tokens: np.ndarray, rows: int, session: str) -> np.ndarray:
        """The rows (rows, V) that predict the last `rows` tokens, each at its own position, from those before them and from each other."""
        prefix, canvas = tokens[: len(tokens) - rows], tokens[len(tokens) - rows :]
        cache = self.read(prefix, 1, session)[1] if len(prefix) else self.empty()
        feeds = {name: layer for name, layer in zip(self.past, cache)}
        feeds |= {
            "input_ids": canvas[None],
            "mode_ids": np.full((1, rows), CANVAS, np.int64),
            "position_ids": np.arange(len(prefix), len(tokens))[None],
            "attention_bias": np.zeros((1, 1, rows, len(tokens)), np.float32),
        }
        return self.canvas.run(["logits"], feeds)[0][0]


class BadRequest(Exception):
    pass


def read_tensors(body: bytes, json_length: int) -> dict[str, np.ndarray]:
    header = json.loads(body[:json_length])
    at, tensors = json_length, {}
    for each in header["inputs"]:
        size = each.get("parameters", {}).get("binary_data_size")
        kind = TYPES.get(each["datatype"])
        if kind is None:
            raise BadRequest(f"input {each['name']} has the datatype {each['datatype']}")
        values = np.array(each["data"], kind) if size is None else np.frombuffer(body[at : at + size], kind)
        at += size or 0
        if values.size != np.prod(each["shape"]):
            raise BadRequest(f"input {each['name']} has {values.size} values for the shape {each['shape']}")
        tensors[each["name"]] = values.reshape(each["shape"])
    return tensors


def binary_answer(model: str, logits: np.ndarray) -> Response:
    tensor = np.ascontiguousarray(logits, np.float32).tobytes()
    output = {"name": "logits", "datatype": "FP32", "shape": [1, *logits.shape], "parameters": {"binary_data_size": len(tensor)}}
    header = json.dumps({"model_name": model, "outputs": [output]}).encode()
    return Response(header + tensor, media_type="application/octet-stream", headers={JSON_LENGTH: str(len(header))})


@serve.deployment(max_ongoing_requests=32)
class OpenInference:
    def __init__(self, folders: dict[str, str], threads: int = 1) -> None:
        self.models = {name: CachedModel(Path(folder), threads) for name, folder in folders.items()}

    async def __call__(self, request: Request) -> Response:
        path = request.url.path.strip("/").split("/")
        if path == ["v2", "health", "ready"]:
            return Response()
        name, action = (path[2], path[3:]) if path[:2] == ["v2", "models"] and len(path) > 2 else ("", [])
        base, _, kind = name.partition("-")
        model = self.models.get(base)
        if model is None or kind not in ("", "canvas") or (kind and not model.canvas):
            return JSONResponse({"error": f"there is no model {name}"}, 404)
        if not action:
            inputs = [{"name": "input_ids", "datatype": "INT64", "shape": [1, -1]}, {"name": "rows", "datatype": "INT64", "shape": [1]}]
            outputs = [{"name": "logits", "datatype": "FP32", "shape": [1, -1, model.vocabulary]}]
            return JSONResponse({"name": name, "platform": "onnxruntime", "inputs": inputs, "outputs": outputs})
        if action != ["infer"]:
            return JSONResponse({"error": f"there is no {'/'.join(action)}"}, 404)
        try:
            body = await request.body()
            tensors = read_tensors(body, int(request.headers.get(JSON_LENGTH, len(body))))
            tokens, rows = tensors["input_ids"][0].astype(np.int64), int(tensors["rows"][0])
            if not 1 <= rows <= len(tokens) or tokens.min() < 0 or tokens.max() >= model.vocabulary:
                raise BadRequest(f"{rows} rows of {len(tokens)} tokens in [0, {model.vocabulary})")
        except (BadRequest, KeyError, IndexError, ValueError, struct.error) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)
        session = request.headers.get("serve_multiplexed_model_id", "")
        return binary_answer(name, model.predict(tokens, rows, session) if kind else model.read(tokens, rows, session)[0])


def application(replicas: int) -> serve.Application:
    """The models of DECODEKIT_MODELS, a JSON object of folders by names, with DECODEKIT_THREADS threads for each replica."""
    deployment = OpenInference.options(num_replicas=replicas)
    return deployment.bind(json.loads(os.environ["DECODEKIT_MODELS"]), int(os.environ.get("DECODEKIT_THREADS", "1")))
