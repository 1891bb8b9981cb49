"""Prints a config of N machines on random readings: python3 benches/project.py 100 > hundred.yaml

With a second number, that machine's model learns two epochs instead of one.
"""

import sys

HEAD = """\
globals:
  evaluation: {cv_mode: full_build, seed: 0}
  runtime: {influx: {enable: false}}
machines:
"""
MACHINE = """\
  - name: machine-{number:03}
    dataset:
      type: TimeSeriesDataset
      tag_list: [TAG {number}-1, TAG {number}-2, TAG {number}-3, TAG {number}-4]
      train_start_date: 2019-01-01T00:00:00Z
      train_end_date: 2019-01-15T00:00:00Z
      data_provider: {{type: RandomDataProvider}}
    model:
      gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector:
        base_estimator:
          sklearn.pipeline.Pipeline:
            steps:
              - sklearn.preprocessing.MinMaxScaler
              - gordo.machine.model.models.KerasAutoEncoder:
                  kind: feedforward_hourglass
                  epochs: {epochs}
"""

machines = int(sys.argv[1])
other = int(sys.argv[2]) if len(sys.argv) > 2 else -1
print(HEAD, end="")
for number in range(machines):
    print(MACHINE.format(number=number, epochs=2 if number == other else 1), end="")
