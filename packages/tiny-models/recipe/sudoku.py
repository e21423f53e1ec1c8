"""6×6 Sudoku with boxes of 2 rows × 3 columns: solver, generator, difficulty, token sequences and the checker.

A grid is a tuple of 36 numbers row by row, 0 for an empty cell.

Tokens: 0 end, 1 mask, 2 pad, 3 answer mark, 4 empty cell, 5 to 10 the digits 1 to 6. A puzzle as a sequence is
    end, 36 clues, answer mark, 36 digits of the solution, end
so both streams see the clues first. For the canvas stream the whole answer is one block.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

SIDE, BOX_ROWS, BOX_COLUMNS = 6, 2, 3
CELLS = SIDE * SIDE
ANSWER_TOKEN, EMPTY_TOKEN, DIGIT_OFFSET = 3, 4, 4
VOCAB_SIZE = 11
SEQUENCE_LENGTH = 2 * CELLS + 3  # tokens
ANSWER_START = CELLS + 2  # position of the first solution digit
ALL = (1 << SIDE) - 1  # a set of digits as bits, digit d at bit d − 1

Grid = tuple[int, ...]


def units() -> list[list[int]]:
    rows = [[row * SIDE + column for column in range(SIDE)] for row in range(SIDE)]
    columns = [list(column) for column in zip(*rows)]
    boxes = [
        [(top + row) * SIDE + left + column for row in range(BOX_ROWS) for column in range(BOX_COLUMNS)]
        for top in range(0, SIDE, BOX_ROWS)
        for left in range(0, SIDE, BOX_COLUMNS)
    ]
    return rows + columns + boxes


UNITS = units()
PEERS = [sorted({peer for unit in UNITS if cell in unit for peer in unit} - {cell}) for cell in range(CELLS)]


def place(candidates: list[int], cell: int, bit: int) -> bool:
    """Sets `cell` to the digit of `bit` and propagates single candidates; False on a contradiction. Modifies `candidates`."""
    pending = [(cell, bit)]
    while pending:
        cell, bit = pending.pop()
        if not candidates[cell] & bit:
            return False
        candidates[cell] = bit
        for peer in PEERS[cell]:
            if candidates[peer] & bit:
                candidates[peer] &= ~bit
                left = candidates[peer]
                if not left:
                    return False
                if left & (left - 1) == 0:
                    pending.append((peer, left))
    return True


def candidates_of(grid: Grid) -> list[int] | None:
    candidates = [ALL] * CELLS
    for cell, digit in enumerate(grid):
        if digit and not place(candidates, cell, 1 << (int(digit) - 1)):
            return None
    return candidates


def search(candidates: list[int] | None, limit: int, order=None) -> list[Grid]:
    """Up to `limit` solutions; `order` (digits) makes the search random."""
    if candidates is None:
        return []
    open_cells = [cell for cell in range(CELLS) if candidates[cell] & (candidates[cell] - 1)]
    if not open_cells:
        return [tuple(bits.bit_length() for bits in candidates)]
    cell = min(open_cells, key=lambda open_cell: candidates[open_cell].bit_count())
    found: list[Grid] = []
    for digit in range(SIDE) if order is None else order(SIDE):
        if candidates[cell] >> digit & 1:
            branch = list(candidates)
            if place(branch, cell, 1 << digit):
                found += search(branch, limit - len(found), order)
                if len(found) >= limit:
                    break
    return found


def solutions(grid: Grid, limit: int = 2) -> list[Grid]:
    return search(candidates_of(grid), limit)


def naked_singles_solve(grid: Grid) -> bool:
    """Whether always filling a cell that has one candidate left solves the puzzle."""
    candidates = candidates_of(grid)
    return candidates is not None and all(bits & (bits - 1) == 0 for bits in candidates)


def hidden_singles_solve(grid: Grid) -> bool:
    """Whether single candidates and single places of a digit in a row, column or box solve the puzzle."""
    candidates = candidates_of(grid)
    changed = candidates is not None
    while changed:
        changed = False
        for unit in UNITS:
            for digit in range(SIDE):
                places = [cell for cell in unit if candidates[cell] >> digit & 1]
                if len(places) == 1 and candidates[places[0]] != 1 << digit:
                    if not place(candidates, places[0], 1 << digit):
                        return False
                    changed = True
    return candidates is not None and all(bits & (bits - 1) == 0 for bits in candidates)


@dataclass(frozen=True)
class Puzzle:
    clues: Grid
    solution: Grid
    difficulty: str  # "easy": naked singles are enough · "medium": hidden singles are · "hard": some guess or deeper rule is needed


DIFFICULTIES = ("easy", "medium", "hard")


def difficulty(clues: Grid) -> str:
    if naked_singles_solve(clues):
        return "easy"
    return "medium" if hidden_singles_solve(clues) else "hard"


def random_solution(random: np.random.Generator) -> Grid:
    return search([ALL] * CELLS, 1, lambda count: random.permutation(count).tolist())[0]


def make_puzzle(random: np.random.Generator, fewest_clues: int) -> Puzzle:
    """Removes clues in random order while the solution remains unique, down to `fewest_clues`."""
    solution = random_solution(random)
    clues, left = list(solution), CELLS
    for cell in random.permutation(CELLS):
        if left <= fewest_clues:
            break
        digit, clues[cell] = clues[cell], 0
        if len(solutions(tuple(clues))) == 1:
            left -= 1
        else:
            clues[cell] = digit
    return Puzzle(tuple(clues), solution, difficulty(tuple(clues)))


def box_keeping_orders(bands: int, size: int) -> np.ndarray:
    """Orders of `bands` × `size` lines that keep the boxes: bands permuted, and the lines inside each band; (n, bands × size)."""
    inner = list(permutations(range(size)))
    return np.array(
        [
            [band * size + line for band, lines in zip(order, chosen) for line in lines]
            for order in permutations(range(bands))
            for chosen in product(inner, repeat=bands)
        ]
    )


ROW_ORDERS = box_keeping_orders(SIDE // BOX_ROWS, BOX_ROWS)  # (48, 6)
COLUMN_ORDERS = box_keeping_orders(SIDE // BOX_COLUMNS, BOX_COLUMNS)  # (72, 6)


def disguise(grids: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """An equivalent puzzle: digits, rows and columns permuted alike in each of `grids` (n, 36); 0 stays 0."""
    digits = np.concatenate(([0], 1 + random.permutation(SIDE)))
    rows = ROW_ORDERS[random.integers(len(ROW_ORDERS))]
    columns = COLUMN_ORDERS[random.integers(len(COLUMN_ORDERS))]
    return digits[grids.reshape(-1, SIDE, SIDE)[:, rows][:, :, columns].reshape(-1, CELLS)]


def canonical(clues: Grid) -> bytes:
    """A form that is the same for all disguises of a puzzle, so that all disguises of held-out puzzles can be excluded from training.

    The smallest, as bytes, of all row and column orders, digits renamed in order of appearance.
    """
    grid = np.array(clues).reshape(SIDE, SIDE)
    forms = grid[ROW_ORDERS[:, None, :, None], COLUMN_ORDERS[None, :, None, :]].reshape(-1, CELLS)  # (3456, 36)
    names = np.zeros((len(forms), SIDE + 1), dtype=np.uint8)
    used = np.zeros(len(forms), dtype=np.uint8)
    renamed = np.zeros(forms.shape, dtype=np.uint8)
    every = np.arange(len(forms))
    for cell in range(CELLS):
        digit = forms[:, cell]
        is_new = (digit > 0) & (names[every, digit] == 0)
        used += is_new
        names[every[is_new], digit[is_new]] = used[is_new]
        renamed[:, cell] = names[every, digit]
    return min(map(bytes, renamed))


def to_tokens(clues: np.ndarray, solution: np.ndarray) -> np.ndarray:
    """(n, 36) clues and solutions → (n, SEQUENCE_LENGTH) tokens."""
    end = np.zeros((len(clues), 1), dtype=np.int64)
    asked = np.where(clues == 0, EMPTY_TOKEN, clues + DIGIT_OFFSET)
    return np.concatenate((end, asked, end + ANSWER_TOKEN, solution + DIGIT_OFFSET, end), axis=1)


def is_solved(clues: Grid, answer: Grid) -> bool:
    """The checker: every row, column and box contains 1 to 6 once, and the clues are unchanged."""
    keeps = all(clue in (0, digit) for clue, digit in zip(clues, answer))
    return keeps and all(sorted(answer[cell] for cell in unit) == list(range(1, SIDE + 1)) for unit in UNITS)
