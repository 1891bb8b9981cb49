"""Gordo's training step, in its own Python environment: python benches/gordo/step.py

The default hourglass over 10 tags, 32 rows per step, 100 steps per epoch. The time of an epoch is
what 11 epochs take more than one; the rest of a fit is its fixed cost.
"""

import os
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy
from gordo.machine.model.models import KerasAutoEncoder

rows = numpy.random.default_rng(0).random((3200, 10))


def fit(epochs):
    model = KerasAutoEncoder(kind="feedforward_hourglass", epochs=epochs, batch_size=32)
    begun = time.perf_counter(), time.process_time()
    model.fit(rows, rows)
    return time.perf_counter() - begun[0], time.process_time() - begun[1]


fit(1)
took = [(fit(1), fit(11)) for _ in range(5)]
for kind, name in enumerate(("wall", "processor")):
    steps = sorted((eleven[kind] - one[kind]) / 1000 * 1e6 for one, eleven in took)
    fixed = sorted(one[kind] - (eleven[kind] - one[kind]) / 10 for one, eleven in took)
    print(f"{name}: step {steps[2]:.0f} µs (least {steps[0]:.0f}), fixed {fixed[2]:.2f} s per fit (least {fixed[0]:.2f})")
