"""Step 4: chooses the precision to ship. Writes variants of model.onnx, measures each and prints a table.

    python quantise.py --model ../models/stories --corpus FOLDER --out runs/variants

Sizes, held-out loss, and milliseconds per pass of native onnxruntime. For WASM: node measure-wasm.mjs runs/variants/*.onnx
"""

from __future__ import annotations

import polite_threads  # noqa: F401  (first)

import argparse
import logging
import shutil
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

from corpus import TextEncoder, read_texts, split_corpus
from decoder_graph import DecoderGraph
from held_out_losses import padded_documents
from model_config import ModelConfig, read_config
from onnx_weights import read_onnx_weights, to_onnx_weights

CACHED = 128  # tokens, of the timed passes
ROWS = (1, 4, 8)  # new tokens of the timed passes
REPEATS = 100
STORIES = 48  # held-out, of the loss


def write_float32(folder: Path, config: ModelConfig, out: Path) -> None:
    weights = to_onnx_weights(read_onnx_weights(folder / "onnx" / "model.onnx"), config.layers)
    onnx.save(DecoderGraph(config, weights, half=False).causal(), out)


def write_int8(float32: Path, out: Path) -> None:
    """Weights per channel, activations per pass (DynamicQuantizeLinear and MatMulInteger)."""
    settings = {"DefaultTensorType": onnx.TensorProto.FLOAT}
    quantize_dynamic(float32, out, per_channel=True, weight_type=QuantType.QInt8, extra_options=settings)


def write_4bit(float32: Path, out: Path) -> None:
    """Weights in blocks of 32 (MatMulNBits); the embedding table stays float32."""
    quantiser = MatMulNBitsQuantizer(onnx.load(float32), bits=4, block_size=32, is_symmetric=True, accuracy_level=4)
    quantiser.process()
    quantiser.model.save_model_to_file(str(out))


def make_variants(folder: Path, config: ModelConfig, out: Path) -> dict[str, Path]:
    out.mkdir(parents=True, exist_ok=True)
    paths = {name: out / f"{name}.onnx" for name in ("float16", "float32", "int8", "int4")}
    shutil.copyfile(folder / "onnx" / "model.onnx", paths["float16"])
    write_float32(folder, config, paths["float32"])
    write_int8(paths["float32"], paths["int8"])
    write_4bit(paths["float32"], paths["int4"])
    return paths


def open_session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options)


def inputs_for(config: ModelConfig, tokens: np.ndarray, cached: int) -> dict[str, np.ndarray]:
    batch, length = tokens.shape
    random = np.random.default_rng(0)
    shape = (batch, config.heads, cached, config.head_size)
    names = [f"past_key_values.{layer}.{kind}" for layer in range(config.layers) for kind in ("key", "value")]
    return {
        "input_ids": tokens,
        "attention_mask": np.ones((batch, cached + length), np.int64),
        "position_ids": np.tile(np.arange(cached, cached + length), (batch, 1)),
        **{name: random.standard_normal(shape).astype(np.float32) for name in names},
    }


def held_out_loss(session: onnxruntime.InferenceSession, config: ModelConfig, stories: list[np.ndarray]) -> float:
    """Nats per token."""
    total = count = 0.0
    for story in stories:
        tokens = padded_documents([story], config.context)[0].numpy()
        logits = session.run(["logits"], inputs_for(config, tokens[:, :-1], 0))[0][0].astype(np.float64)
        top = logits.max(-1, keepdims=True)
        normaliser = top[:, 0] + np.log(np.exp(logits - top).sum(-1))
        total += (normaliser - logits[np.arange(len(logits)), tokens[0, 1:]]).sum()
        count += len(logits)
    return total / count


def milliseconds(session: onnxruntime.InferenceSession, config: ModelConfig) -> list[float]:
    """Median per pass, for each of ROWS."""
    medians = []
    for rows in ROWS:
        inputs = inputs_for(config, np.arange(100, 100 + rows)[None], CACHED)
        times = []
        for _ in range(REPEATS):
            begun = time.perf_counter()
            session.run(None, inputs)
            times.append(time.perf_counter() - begun)
        medians.append(float(np.median(times)) * 1e3)
    return medians


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    logging.disable(logging.WARNING)  # the quantisers name every node
    config = read_config(options.model, canvas=False)
    encoder = TextEncoder(options.model / "tokenizer.json")
    stories = encoder.encode_all(split_corpus(read_texts(options.corpus)).held_out[:STORIES])
    print("| weights | megabytes | nats per token | against float32 | native ms, " + " / ".join(map(str, ROWS)) + " rows |\n|---|---|---|---|---|")
    paths = make_variants(options.model, config, options.out)
    exact = held_out_loss(open_session(paths["float32"]), config, stories)
    for name, path in paths.items():
        session = open_session(path)
        loss, times = held_out_loss(session, config, stories), milliseconds(session, config)
        print(f"| {name} | {path.stat().st_size / 1e6:.1f} | {loss:.4f} | {loss / exact - 1:+.2%} | {' / '.join(f'{value:.2f}' for value in times)} |")


if __name__ == "__main__":
    main()
