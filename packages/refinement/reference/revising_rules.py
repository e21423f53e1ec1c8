"""Published rules that may take a token back, and rules for canvases of random tokens."""

import math

from canvas_run import LENGTH, MASK, VOCAB_SIZE, best, blocks, logits, pick, softmax, uniform


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
    """LLaDA 2.1, arXiv 2602.08676: commits above one threshold, edits above another, and continues while it edits."""
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
    """Feng-Hong/WINO-DLLM LLaDA/decoding.py: commits above one threshold, remasks tokens that a shadow of the block doubts.

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
