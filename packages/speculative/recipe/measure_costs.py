"""Step 6a: what passes cost natively, of the target's files and of the drafts', on one thread.

    python measure_costs.py --target FOLDER --head runs/files/head --small runs/files/small --out runs/costs.json

Times are of the processor, not of the clock, so that other programs disturb them less; the files take turns. `--target` is a folder in the
hub's layout (onnx/model.onnx, onnx/model_q4.onnx, …). Writes, per kind of file, milliseconds by rows of a pass, and of a drafted token.
"""

from __future__ import annotations

import other_recipe, polite_threads  # noqa: E401, F401  (first)

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime

from draft_files import KINDS, open_session, path_of, run_with_cache

CACHED = 128  # tokens
ROWS = (1, 2, 3, 5, 7, 9)


def pass_of(path: Path, rows: int) -> Callable[[], object]:
    """A pass over `rows` new tokens after CACHED ones."""
    session = open_session(path)
    return repeatable(session, rows)


def repeatable(session: onnxruntime.InferenceSession, rows: int) -> Callable[[], object]:
    chance = np.random.default_rng(0)
    inputs, cache = {}, []
    number = lambda entry: np.float16 if entry.type == "tensor(float16)" else np.float32
    for entry in session.get_inputs():
        if entry.name.startswith("past_key_values"):
            cache.append(chance.standard_normal((1, entry.shape[1], CACHED, entry.shape[3])).astype(number(entry)))
        elif entry.name == "input_ids":
            inputs[entry.name] = chance.integers(0, 400, (1, rows))
        elif entry.name not in ("attention_mask", "position_ids"):
            inputs[entry.name] = chance.standard_normal((1, rows, entry.shape[2])).astype(number(entry))
    return lambda: run_with_cache(session, inputs, cache)


def milliseconds(passes: dict, repeats: int) -> dict:
    """Median of each, which take turns."""
    times: dict = {name: [] for name in passes}
    for run in passes.values():
        run()
    for _ in range(repeats):
        for name, run in passes.items():
            begun = time.process_time()
            run()
            times[name].append((time.process_time() - begun) * 1e3)
    return {name: round(statistics.median(each), 3) for name, each in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", type=Path, required=True)
    parser.add_argument("--head", type=Path)
    parser.add_argument("--small", type=Path)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    drafts = {name: folder for name, folder in (("head", options.head), ("small", options.small)) if folder}
    results: dict = {"target": {}, "drafts": {}}
    for kind in options.kinds:
        if path_of(options.target, kind).exists():
            session = open_session(path_of(options.target, kind))
            found = milliseconds({rows: repeatable(session, rows) for rows in ROWS}, options.repeats)
            results["target"][f"native {kind}"] = found
            print(kind, found, flush=True)
    names = {(name, kind): path_of(folder, kind) for name, folder in drafts.items() for kind in options.kinds}
    for (name, kind), value in milliseconds({key: pass_of(path, 1) for key, path in names.items()}, options.repeats * 2).items():
        results["drafts"].setdefault(f"native {name} {kind}", value)
        print(name, kind, value)
    options.out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
