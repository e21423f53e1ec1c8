"""Runs the published rules of masked-diffusion samplers and prints the canvas after every step that changed it.

At temperature 0, but for the last ones, whose draws are recorded: a hash of the step and the position.

    python3 published_rules.py > traces.json && npx oxfmt traces.json

Standard library only. The rules are written down here a second time, from the papers and programs that are named, over the whole
sequence and without a cache, so that they share nothing with the TypeScript. The model is a hash of the whole sequence.
"""

import json
import math

VOCAB_SIZE = 12
MASK = 11
PROMPT = [3, 1, 4]
LENGTH = 8


def logits(seed, x, index):
    """Row of the token at `index` of sequence `x`: multiples of 1/64 in [0, 8), exact in float32; the mask is forbidden."""
    state = seed
    for value in [*x, index]:
        state = ((state ^ value) * 16777619) & 0xFFFFFFFF
    row = [((((state ^ (token + 100)) * 2654435761) & 0xFFFFFFFF) >> 16) % 512 / 64 for token in range(VOCAB_SIZE)]
    row[MASK] = -math.inf
    return row


def softmax(row):
    maximum = max(row)
    weights = [math.exp(logit - maximum) for logit in row]
    total = sum(weights)
    return [weight / total for weight in weights]


def uniform(seed, stream, step, position):
    """The recorded noise: a number in (0, 1) for a draw of a step at a position of the canvas."""
    state = seed
    for value in [stream, step, position]:
        state = ((state ^ value) * 16777619) & 0xFFFFFFFF
    return (((state * 2654435761) & 0xFFFFFFFF) >> 16) % 1024 / 1024 + 1 / 2048


def pick(weights, u):
    """The first index at which the running sum of `weights` passes `u` of the whole."""
    left = u * sum(weights)
    for index, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return index


class Run:
    def __init__(self, seed):
        self.seed = seed
        self.x = PROMPT + [MASK] * LENGTH
        self.trace = []
        self.starts = []

    def predict(self):
        """Likeliest token and distribution at every generated position, by absolute index."""
        self.p = {i: softmax(logits(self.seed, self.x, i)) for i in range(len(PROMPT), len(self.x))}
        self.x0 = {i: row.index(max(row)) for i, row in self.p.items()}
        self.confidence = {i: max(row) for i, row in self.p.items()}
        self.negative_entropy = {i: sum(q * math.log(q) for q in row if q > 0) for i, row in self.p.items()}

    def open(self, block):
        return [i for i in block if self.x[i] == MASK]

    def write(self, changes, block):
        before = list(self.x)
        for i, token in changes.items():
            self.x[i] = token
        if self.x != before:
            self.trace.append([self.x[i] for i in block])
            self.starts.append(block[0])

    def commit(self, chosen, block):
        self.write({i: self.x0[i] for i in chosen}, block)


def blocks(block_length):
    start = len(PROMPT)
    return [list(range(b, min(b + block_length, start + LENGTH))) for b in range(start, start + LENGTH, block_length)]


def best(scores, count):
    return sorted(scores, key=lambda i: (-scores[i], i))[:count]


def llada(run, block_length, steps):
    """ML-GSAI/LLaDA generate.py: get_num_transfer_tokens, then the most confident ones of the block."""
    steps_per_block = steps // len(blocks(block_length))
    for block in blocks(block_length):
        base, extra = divmod(len(block), steps_per_block)
        for step in range(steps_per_block):
            run.predict()
            run.commit(best({i: run.confidence[i] for i in run.open(block)}, base + (step < extra)), block)


def dream(run, algorithm, steps, eps=1e-3):
    """DreamLM/Dream generation_utils.py: k = int(masked * (1 - s / t)), the last step takes all."""
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
    """NVlabs/Fast-dLLM llada/generate.py get_transfer_index: drops all but the first that are below the threshold."""

    def choose(run, masked, _):
        order = best({i: run.confidence[i] for i in masked}, len(masked))
        return [i for rank, i in enumerate(order) if rank == 0 or not run.confidence[i] < bound]

    return choose


def factor(f):
    """Fast-dLLM get_transfer_index_dynamic: thresholds 1 - f / (n + 1), the first always; without its slip at the last rank."""

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


def mask_predict(run, iterations):
    """facebookresearch/Mask-Predict: the int(N (1 - t / T)) lowest probabilities, at least one, are predicted again."""
    (block,) = blocks(LENGTH)
    probabilities = {}
    for t in range(1, iterations + 1):
        run.predict()
        masked = run.open(block)
        probabilities.update({i: run.confidence[i] for i in masked})
        filled = {i: run.x0[i] for i in masked}
        if t < iterations:
            again = sorted(block, key=lambda i: (probabilities[i], i))[: max(1, int(len(block) * (1 - t / iterations)))]
            filled.update({i: MASK for i in again})
        run.write(filled, block)


def llada21(run, block_length, mask_threshold, edit_threshold, extra):
    """LLaDA 2.1, arXiv 2602.08676: commits above one threshold, edits above another, and goes on while it edits."""
    for block in blocks(block_length):
        full = 0
        while True:
            run.predict()
            masked = run.open(block)
            sure = [i for i in masked if run.confidence[i] > mask_threshold] or best({i: run.confidence[i] for i in masked}, 1)
            edits = [i for i in block if run.x[i] not in (MASK, run.x0[i]) and run.confidence[i] > edit_threshold]
            run.commit(sure + edits, block)
            full = 0 if run.open(block) else full + 1
            if full and (not sure + edits or full > extra):
                break


def wino(run, block_length, accept, revoke):
    """Feng-Hong/WINO-DLLM LLaDA/decoding.py: commits above one threshold, takes back what a shadow of the block doubts.

    The model here has no attention: the shadow row of a position is the row of the sequence with that position masked.
    """
    for block in blocks(block_length):
        last_accept = 30
        while masked := run.open(block):
            run.predict()
            sure = [i for i in masked if not run.confidence[i] < accept]
            limit = min(max(5, int(0.7 * len(masked))), 20)
            chosen = best({i: run.confidence[i] for i in sure}, limit) or best({i: run.confidence[i] for i in masked}, 1)
            changes = {i: run.x0[i] for i in chosen}
            if len(chosen) > 1:
                shadow = {}
                for i in block:
                    if run.x[i] != MASK:
                        without = [MASK if j == i else token for j, token in enumerate(run.x)]
                        shadow[i] = softmax(logits(run.seed, without, i))[run.x[i]]
                doubted = {i: -p for i, p in shadow.items() if p < revoke}
                changes.update({i: MASK for i in best(doubted, last_accept - 1)})
            last_accept = len(chosen)
            run.write(changes, block)


CANDIDATE, ROUTE, NOISE = 0, 3, 4
TOKENS = [token for token in range(VOCAB_SIZE) if token != MASK]


def random_token(run, step, i):
    return TOKENS[pick([1] * len(TOKENS), uniform(run.seed, NOISE, step, i))]


def diffusion_gemma(run, bound, steps, t_first, t_last, stable_steps, confident):
    """transformers models/diffusion_gemma/generation_diffusion_gemma.py, without self-conditioning: EntropyBoundSampler.

    The trace shows the mask where a token is not accepted; the model never reads it.
    """
    (block,) = blocks(LENGTH)
    for i in block:
        run.x[i] = random_token(run, 0, i)
    history, shown = [], None
    for step in range(steps):
        temperature = t_last + (t_first - t_last) * (steps - step) / steps
        rows = {i: softmax([logit / temperature for logit in logits(run.seed, run.x, i)]) for i in block}
        likeliest = [rows[i].index(max(rows[i])) for i in block]
        drawn = {i: pick(rows[i], uniform(run.seed, CANDIDATE, step, i)) for i in block}
        entropy = {i: -sum(p * math.log(p) for p in rows[i] if p > 0) for i in block}
        accepted, total = set(), 0
        for i in sorted(block, key=lambda i: (entropy[i], i)):
            total += entropy[i]
            if total - entropy[i] <= bound:
                accepted.add(i)
        stable = len(history) >= stable_steps and all(before == likeliest for before in history[len(history) - stable_steps :])
        history.append(likeliest)
        ends = step == steps - 1 or (stable and sum(entropy.values()) / len(block) < confident)
        now = likeliest if ends else [drawn[i] if i in accepted else MASK for i in block]
        if now != shown:
            run.trace.append(now)
        if ends:
            return
        shown = now
        for i in block:
            run.x[i] = drawn[i] if i in accepted else random_token(run, step + 1, i)


def d3pm(run, steps):
    """D3PM with uniform noise (arXiv 2107.03006), as diffusers DiscreteDDIMScheduler splits its posterior into three routes."""
    (block,) = blocks(LENGTH)
    known = {i: MASK for i in block}
    for i in block:
        run.x[i] = random_token(run, 0, i)
    count = len(TOKENS)
    for step in range(steps):
        alpha_t, alpha_s = step / steps, (step + 1) / steps
        kept = alpha_t / alpha_s
        before, read = dict(known), list(run.x)
        for i in block:
            row = softmax(logits(run.seed, read, i))
            drawn = pick(row, uniform(run.seed, CANDIDATE, step, i))
            # (kept [x_s = x_t] + (1 - kept) / count) (alpha_s [x_s = x_0] + (1 - alpha_s) / count), summed over x_s.
            clean = (1 - kept) / count * alpha_s + (kept * alpha_s if drawn == read[i] else 0)
            stay = kept * (1 - alpha_s) / count
            noise = (1 - kept) / count * (1 - alpha_s)
            route = 0 if step == steps - 1 else pick([clean, stay, noise], uniform(run.seed, ROUTE, step, i))
            if route == 0:
                run.x[i] = known[i] = drawn
            if route == 2:
                run.x[i], known[i] = random_token(run, step + 1, i), MASK
        if known != before:
            run.trace.append(list(known.values()))


def remdm_rates(variant, eta, steps, t_on=0.55, t_off=0.05, alpha_on=0.9):
    """kuleshov-group/remdm diffusion.py, eps 0: [probability that a mask is filled, that a token is masked] per step."""
    rates = []
    for step in range(steps):
        t, s = (steps - step) / steps, (steps - step - 1) / steps
        move_t, move_s, sigma = t, s, None
        if variant == "loop":
            if t > t_on:
                move_t, move_s = 1 - (1 - t) * alpha_on / (1 - t_on), max(0, 1 - (1 - s) * alpha_on / (1 - t_on))
                sigma = 0
            elif t <= t_off:
                move_t, move_s, sigma = t * (1 - alpha_on) / t_off, s * (1 - alpha_on) / t_off, 0
            else:
                move_t = move_s = 1 - alpha_on
        alpha_t, alpha_s = 1 - move_t, 1 - move_s
        most = min(1, (1 - alpha_s) / alpha_t) if alpha_t > 0 else 1
        if sigma is None:
            sigma = eta * most if variant == "rescale" else min(eta, most)
        stays_masked = (1 - alpha_s - sigma * alpha_t) / (1 - alpha_t)
        rates.append([1 - stays_masked, sigma])
    return rates


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


# Rules that may take a token back, so that a stop token on the canvas ends nothing before the canvas is done.
REVISING = {"mask-predict", "wino", "llada 2.1", "diffusion-gemma", "diffusion-gemma, cold", "d3pm"}


def stopped(rule, run, stop):
    """The canvases of a decode that ends at the token `stop`, and its text before it.

    The published programs fill every block and cut the text afterwards. What is filled after a stop token does not change what stands
    before it, so a canvas of a rule that never takes back is over once a stop token stands on it with no mask before it, and no block
    follows one that holds a stop token.
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
            # A token that comes early, so that something is left out, and one that is only seen on the way, where there is one.
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
