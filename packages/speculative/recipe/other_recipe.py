"""Makes the modules of packages/tiny-models/recipe importable (training loop, run folder, optimiser, graph builder). Import before them.

Both recipes train, save and export in the same way; this one brings only what is particular to drafts. Modules of this folder win.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "tiny-models" / "recipe"))
