"""A canvas in a run of a rule, the model (a hash of the whole sequence), and the recorded draws."""

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
    """The first index at which the cumulative sum of `weights` exceeds `u` of the total."""
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
        """Most likely token and distribution at every generated position, by absolute index."""
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
