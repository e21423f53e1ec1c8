"""Step 3: a trained checkpoint → a folder in the Hugging Face layout with onnx/model.onnx (and onnx/canvas.onnx).

    python export.py --checkpoint FOLDER --out ../models/stories
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from safetensors.numpy import load_file
from tokenizers import Tokenizer

from decoder_graph import DecoderGraph
from model_config import EDIT_TOKEN, END_TOKEN, PAD_TOKEN, read_config
from onnx_weights import MODE_EMBEDDING, to_onnx_weights
from shared_weights import save_aligned, share_weights
from tokenizer_files import write_tokenizer_files


def export(checkpoint: Path, out: Path, *, half: bool = True) -> None:
    state = load_file(checkpoint / "model.safetensors")
    config = read_config(checkpoint, canvas=MODE_EMBEDDING in state)
    weights = to_onnx_weights(state, config.layers)
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    save_aligned(DecoderGraph(config, weights, half=half).causal(), out / "onnx" / "model.onnx")
    if config.canvas:
        share_weights(DecoderGraph(config, weights, half=half).canvas(), out / "onnx" / "model.onnx", out / "onnx" / "canvas.onnx")
    (out / "config.json").write_text(json.dumps(config.to_json(), indent=2) + "\n")
    generation = {"bos_token_id": END_TOKEN, "eos_token_id": stop_tokens(checkpoint / "tokenizer.json"), "pad_token_id": PAD_TOKEN}
    (out / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")
    write_tokenizer_files(checkpoint / "tokenizer.json", out, config.context)


def stop_tokens(tokenizer_file: Path) -> int | list[int]:
    """The edit token ends a story: only the user starts an edit."""
    has_edits = Tokenizer.from_file(str(tokenizer_file)).token_to_id("<|edit|>") == EDIT_TOKEN
    return [END_TOKEN, EDIT_TOKEN] if has_edits else END_TOKEN


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder with model.safetensors, config.json, tokenizer.json")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--float32", action="store_true", help="store float32 weights (twice the size, the same arithmetic)")
    options = parser.parse_args()
    export(options.checkpoint, options.out, half=not options.float32)
