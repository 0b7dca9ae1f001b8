"""Time from process start to the first painted window: `python tests/benchmarks/startup.py [RUNS]`.

Run it with a display, or with QT_QPA_PLATFORM=offscreen. The first run warms the file cache and is not counted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

CHILD = """
import sys, time
from unet_studio.gui.app import application, open_window
qt = application()
window = open_window(sys.argv[1])
window.painted.connect(qt.quit)
qt.exec()
print(time.time(), sorted(set(sys.modules) & {"torch", "cv2", "pydicom", "pyqtgraph"}), flush=True)
window.close()
"""


def once(folder: str) -> tuple[float, str]:
    """Seconds from the start of a fresh process to its painted window, and the heavy modules that it had loaded."""
    begun = time.time()
    done = subprocess.run([sys.executable, "-c", CHILD, folder], capture_output=True, text=True, check=True)
    painted, loaded = done.stdout.strip().split(" ", 1)
    return float(painted) - begun, loaded


def main() -> None:
    """Print each run and the median."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        once(folder)
        found = [once(folder) for _ in range(runs)]
    seconds = [one for one, _ in found]
    print("platform", os.environ.get("QT_QPA_PLATFORM", "default"), "load", os.getloadavg())
    print("runs", " ".join(f"{one:.2f}" for one in seconds), "s; heavy modules loaded:", found[0][1])
    print(f"start to painted window: median {statistics.median(seconds):.2f} s (reach: 1.0 s)")


if __name__ == "__main__":
    main()
