"""A training run on disk: checkpoints in pieces of at most 16 MB, a log, and the latest weights in the Hugging Face layout."""

from __future__ import annotations

import io
import json
import os
import shutil
import time
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from model_config import ModelConfig
from onnx_weights import read_shipped_weights

PIECE_BYTES = 16 * 1000 * 1000


class RunFolder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def log(self, **values) -> None:
        line = json.dumps({"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **values})
        print(line, flush=True)
        with (self.folder / "log.jsonl").open("a") as file:
            file.write(line + "\n")

    def save(self, state: dict) -> None:
        """Replaces the checkpoint; an interruption at any moment leaves either the old or the new one intact."""
        buffer = io.BytesIO()
        torch.save(state, buffer)
        content = buffer.getbuffer()
        fresh, current, old = (self.folder / name for name in ("checkpoint.new", "checkpoint", "checkpoint.old"))
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for index, start in enumerate(range(0, len(content), PIECE_BYTES)):
            (fresh / f"piece-{index:03d}").write_bytes(content[start : start + PIECE_BYTES])
        shutil.rmtree(old, ignore_errors=True)
        if current.exists():
            os.rename(current, old)
        os.rename(fresh, current)

    def load(self) -> dict | None:
        """The latest checkpoint, or None in a new run."""
        for name in ("checkpoint", "checkpoint.old"):
            pieces = sorted((self.folder / name).glob("piece-*"))
            if pieces:
                return torch.load(io.BytesIO(b"".join(piece.read_bytes() for piece in pieces)), weights_only=False)
        return None


def named_weights(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().float().cpu().contiguous() for name, value in network.named_parameters()}


def save_weights(network: nn.Module, config: ModelConfig, folder: Path, tokenizer_file: Path) -> None:
    """model.safetensors, config.json and tokenizer.json: what export.py reads."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(named_weights(network), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config.to_json(), indent=2) + "\n")
    if tokenizer_file.resolve() != (folder / "tokenizer.json").resolve():
        shutil.copyfile(tokenizer_file, folder / "tokenizer.json")


def load_weights(network: nn.Module, folder: Path) -> None:
    """Of a run's weights, or of a shipped model."""
    shipped = (folder / "onnx").exists()
    state = {name: torch.from_numpy(value) for name, value in read_shipped_weights(folder).items()} if shipped else load_file(folder / "model.safetensors")
    network.load_state_dict({name: state[name] for name, _ in network.named_parameters()})
