"""Prints a request of 100 rows: python3 benches/rows.py "TAG 1" "TAG 2" "TAG 3" "TAG 4" > rows.json

X and y are the same readings, as {tag: {time: value}}; only X with --no-y.
"""

import json
import random
import sys

tags = [word for word in sys.argv[1:] if word != "--no-y"]
random.seed(0)
times = [f"2019-03-01T{row // 6:02}:{row % 6 * 10:02}:00+00:00" for row in range(100)]
rows = [[random.random() for _ in tags] for _ in times]
frame = {tag: {time: row[at] for time, row in zip(times, rows)} for at, tag in enumerate(tags)}
print(json.dumps({"X": frame} if "--no-y" in sys.argv else {"X": frame, "y": frame}), end="")
