"""Runs the published rules of masked-diffusion samplers and prints the canvas after every step that changed it.

At temperature 0, except for the last rules, whose draws are recorded: a hash of the step and the position.

    python3 published_rules.py > traces.json && npx oxfmt traces.json

Standard library only. An independent implementation of the rules from the named papers and programs, over the whole
sequence and without a cache, so that it shares nothing with the TypeScript. The model is a hash of the whole sequence.
"""

import json
import math

from canvas_run import LENGTH, MASK, PROMPT, Run, best, blocks
from revising_rules import d3pm, diffusion_gemma, llada21, mask_predict, remdm_rates, wino


def llada(run, block_length, steps):
    """ML-GSAI/LLaDA generate.py: get_num_transfer_tokens, then the most confident ones of the block."""
    steps_per_block = steps // len(blocks(block_length))
    for block in blocks(block_length):
        base, extra = divmod(len(block), steps_per_block)
        for step in range(steps_per_block):
            run.predict()
            run.commit(best({i: run.confidence[i] for i in run.open(block)}, base + (step < extra)), block)


def dream(run, algorithm, steps, eps=1e-3):
    """DreamLM/Dream generation_utils.py: k = int(masked * (1 - s / t)), the last step commits all."""
    (block,) = blocks(LENGTH)
    times = [1 + (eps - 1) * k / steps for k in range(steps + 1)]
    for step in range(steps):
        run.predict()
        masked = run.open(block)
        count = int(len(masked) * (1 - times[step + 1] / times[step])) if step < steps - 1 else len(masked)
        top = {i: sorted(run.p[i], reverse=True)[:2] for i in masked}
        scores = {
            "maskgit_plus": lambda i: top[i][0],
            "topk_margin": lambda i: top[i][0] - top[i][1],
            "entropy": lambda i: run.negative_entropy[i],
        }[algorithm]
        run.commit(best({i: scores(i) for i in masked}, count), block)


def parallel(run, block_length, choose):
    for block in blocks(block_length):
        memory = {}
        while run.open(block):
            run.predict()
            run.commit(choose(run, run.open(block), memory), block)


def threshold(bound):
    """NVlabs/Fast-dLLM llada/generate.py get_transfer_index: drops all below the threshold except the first."""

    def choose(run, masked, _):
        order = best({i: run.confidence[i] for i in masked}, len(masked))
        return [i for rank, i in enumerate(order) if rank == 0 or not run.confidence[i] < bound]

    return choose


def factor(f):
    """Fast-dLLM get_transfer_index_dynamic: thresholds 1 - f / (n + 1), the first always; without the source's error at the last rank."""

    def choose(run, masked, _):
        order = best({i: run.confidence[i] for i in masked}, len(masked))
        count = 1
        while count < len(order) and run.confidence[order[count]] > 1 - f / (count + 2):
            count += 1
        return order[:count]

    return choose


def entropy_bound(bound):
    """EB-Sampler, arXiv 2505.24857: the largest k with (sum of the k lowest entropies) - (the highest of them) <= bound."""

    def choose(run, masked, _):
        order = best({i: run.negative_entropy[i] for i in masked}, len(masked))
        entropies = [-run.negative_entropy[i] for i in order]
        return order[: max(k for k in range(1, len(order) + 1) if sum(entropies[:k]) - max(entropies[:k]) <= bound)]

    return choose


def klass(bound, confidence, history):
    """KLASS, arXiv 2511.05664: KL(p_t || p_t-1) < bound for `history` steps and confidence; else the most confident one."""

    def choose(run, masked, memory):
        stable = []
        for i in masked:
            rows = memory.setdefault(i, [])
            rows.append(run.p[i])
            changes = [sum(p * math.log(p / q) for p, q in zip(now, then) if p > 0) for then, now in zip(rows, rows[1:])]
            if len(changes) >= history and all(change < bound for change in changes[-history:]) and run.confidence[i] > confidence:
                stable.append(i)
        return stable or best({i: run.confidence[i] for i in masked}, 1)

    return choose


def hierarchy(high, low):
    """inclusionAI/dInfer parallel_strategy.py: the best of each run above `low`, all above `high`, and the best of all."""

    def choose(run, masked, _):
        runs = []
        for i in masked:
            if runs and runs[-1][-1] == i - 1:
                runs[-1].append(i)
            else:
                runs.append([i])
        peaks = [best({i: run.confidence[i] for i in each}, 1)[0] for each in runs]
        chosen = {i for i in peaks if run.confidence[i] > low} | {i for i in masked if run.confidence[i] > high}
        return sorted(chosen | set(best({i: run.confidence[i] for i in masked}, 1)))

    return choose


RULES = {
    "llada, 4 blocks": lambda run: llada(run, 2, 8),
    "llada, 2 blocks": lambda run: llada(run, 4, 4),
    "llada, 3 steps": lambda run: llada(run, 8, 3),
    "dream, maskgit_plus": lambda run: dream(run, "maskgit_plus", 4),
    "dream, topk_margin": lambda run: dream(run, "topk_margin", 5),
    "dream, entropy": lambda run: dream(run, "entropy", 3),
    "fast-dllm, threshold": lambda run: parallel(run, 4, threshold(0.5)),
    "fast-dllm, factor": lambda run: parallel(run, 8, factor(1.5)),
    "eb-sampler": lambda run: parallel(run, 8, entropy_bound(2.5)),
    "klass": lambda run: parallel(run, 8, klass(2.5, 0.3, 1)),
    "hierarchy": lambda run: parallel(run, 8, hierarchy(0.7, 0.3)),
    "mask-predict": lambda run: mask_predict(run, 4),
    "wino": lambda run: wino(run, 8, 0.4, 0.5),
    "llada 2.1": lambda run: llada21(run, 4, 0.6, 0.6, 3),
    "diffusion-gemma": lambda run: diffusion_gemma(run, 1.5, 9, 0.8, 0.4, 1, 0.6),
    "diffusion-gemma, cold": lambda run: diffusion_gemma(run, 0.5, 12, 0.3, 0.1, 0, 0.2),
    "d3pm": lambda run: d3pm(run, 6),
}


# Rules that may remask a token, so that a stop token on the canvas does not end it early.
REVISING = {"mask-predict", "wino", "llada 2.1", "diffusion-gemma", "diffusion-gemma, cold", "d3pm"}


def stopped(rule, run, stop):
    """The canvases of a decode that ends at the token `stop`, and the text before it.

    The published programs fill every block and cut the text afterwards. Tokens after a stop token do not change those
    before it. So if a rule never remasks, its canvas ends once it has a stop token with no mask before it, and no block
    follows one with a stop token.
    """
    shown, text = [], []
    starts = run.starts or [len(PROMPT)] * len(run.trace)
    for n, canvas in enumerate(run.trace):
        shown.append(canvas)
        known = canvas[: canvas.index(MASK)] if MASK in canvas else canvas
        is_last = n + 1 == len(run.trace) or starts[n + 1] != starts[n]
        if is_last or (rule not in REVISING and stop in known):
            text += known
        if stop in known and (is_last or rule not in REVISING):
            break
    return shown, text[: text.index(stop)] if stop in text else text


def spelled(canvases):
    return " / ".join(" ".join(map(str, canvas)) for canvas in canvases)


def main():
    traces, stops = [], []
    for rule, decode in RULES.items():
        for seed in range(1, 6):
            run = Run(seed)
            decode(run)
            traces.append({"rule": rule, "seed": seed, "canvases": spelled(run.trace)})
            # An early token, so that some text is cut, and a token that appears only temporarily, if there is one.
            text = stopped(rule, run, None)[1]
            passing = [token for canvas in run.trace for token in canvas if token not in (MASK, *text)]
            for stop in [text[seed % LENGTH], *passing[:1]]:
                shown, output = stopped(rule, run, stop)
                ends = "stop" if stop in text else "length"
                stops.append({"rule": rule, "seed": seed, "stop": stop, "canvases": spelled(shown), "output": output, "ends": ends})
    rates = [
        {"variant": variant, "eta": eta, "steps": steps, "rates": remdm_rates(variant, eta, steps)}
        for variant, eta in [("cap", 0.05), ("rescale", 0.3), ("loop", 0.02)]
        for steps in [4, 40]
    ]
    print(json.dumps({"traces": traces, "stops": stops, "rates": rates}, separators=(",", ":")))


main()
