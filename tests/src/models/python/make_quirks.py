"""Changes exports that the other scripts have made: make_quirks.py OUTPUT"""

import sys
from pathlib import Path

from quirks import QUIRKS, make_quirk

for name, (source, change) in QUIRKS.items():
    folder = Path(sys.argv[1], "quirks", name)
    make_quirk(Path(sys.argv[1], source), folder, change)
    print(f"quirks/{name}: made", flush=True)
