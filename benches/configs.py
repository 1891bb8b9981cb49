"""Times `gordoc check` and `expand` on a config of many machines: configs.py GORDOC [MACHINES].

Each machine has a dataset of its own with 20 tags, a name, metadata and an override; the model
stands in the globals. Prints the median of seven runs and the highest resident memory.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

gordoc, n_machines = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000
MODEL = """globals:
  model:
    gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector:
      base_estimator:
        sklearn.pipeline.Pipeline:
          steps:
            - sklearn.preprocessing.MinMaxScaler
            - gordo.machine.model.models.KerasAutoEncoder: {kind: feedforward_hourglass, epochs: 20}
machines:
"""


def machine(number):
    tags = "".join(f"        - UNIT-{number:04}-SENSOR-{tag:02}.PV\n" for tag in range(20))
    return f"""  - name: unit-{number:04}
    metadata: {{area: north, number: {number}}}
    dataset:
      tag_list:
{tags}      train_start_date: 2024-01-01T00:00:00Z
      train_end_date: 2024-06-01T00:00:00+02:00
      resolution: 10T
      row_filter: "`UNIT-{number:04}-SENSOR-00.PV` > 0"
      data_provider: {{type: RandomDataProvider}}
    evaluation: {{seed: {number}}}
"""


with tempfile.TemporaryDirectory() as folder:
    config = os.path.join(folder, "config.yaml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(MODEL + "".join(map(machine, range(n_machines))))
    print(f"{n_machines} machines, {os.path.getsize(config) / 1e6:.1f} MB")
    for arguments in (["check", config], ["expand", config, "--project-name", "field"]):
        seconds, memory = [], 0
        for _ in range(7):
            start = time.perf_counter()
            process = subprocess.Popen(
                [gordoc, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds.append(time.perf_counter() - start)
            memory = max(memory, usage.ru_maxrss)
            assert status == 0, status
        print(f"{arguments[0]}: {statistics.median(seconds):.3f} s, {memory / 1024:.0f} MiB")
