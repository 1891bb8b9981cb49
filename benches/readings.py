"""Writes a year of readings, one per minute, of 50 tags: python benches/readings.py FOLDER

Into FOLDER go `wide.csv` (a column per tag, for Gordo's CSV provider), `csv/` and `parquet/` (a
file per tag), all with the same numbers, and a config for each: `wide.yaml`, `csv.yaml`,
`parquet.yaml`. Runs in Gordo's environment, which has pandas and pyarrow.
"""

import pathlib
import sys

import numpy
import pandas

TAGS = 50
START, END = "2021-01-01T00:00:00+00:00", "2022-01-01T00:00:00+00:00"
CONFIG = """\
machines:
  - name: year
    dataset:
      tag_list: [{tags}]
      train_start_date: {start}
      train_end_date: {end}
      data_provider: {{{provider}}}
    model:
      gordo.machine.model.models.KerasAutoEncoder: {{kind: feedforward_hourglass}}
"""
PROVIDERS = {
    "wide": "type: gordo_core.data_providers.contrib.CSVDataProvider, file_path: wide.csv, timestamp_column: time",
    "csv": "type: FilesDataProvider, path: csv",
    "parquet": "type: FilesDataProvider, path: parquet, files: {files}",
}

folder = pathlib.Path(sys.argv[1])
for name in ("csv", "parquet"):
    (folder / name).mkdir(parents=True, exist_ok=True)
times = pandas.date_range(START, END, freq="1min", inclusive="left")
random = numpy.random.default_rng(0)
hours = numpy.arange(len(times)) / 60
names = [f"TAG-{number:02}" for number in range(TAGS)]
wide = pandas.DataFrame({"time": times})
for number, name in enumerate(names):
    level = 20 + 3 * number
    swing = 5 * numpy.sin(2 * numpy.pi * hours / (24 + number))
    wide[name] = (level + swing + random.normal(0, 0.5, len(times))).round(3)
wide.to_csv(folder / "wide.csv", index=False)
for name in names:
    series = wide[["time", name]].rename(columns={name: "value"})
    series.to_csv(folder / "csv" / f"{name}.csv", index=False)
    series.to_parquet(folder / "parquet" / f"{name}.parquet", index=False)
files = ", ".join(f"{name}: {name}.parquet" for name in names)
for form, provider in PROVIDERS.items():
    text = CONFIG.format(
        tags=", ".join(names), start=START, end=END, provider=provider.replace("{files}", f"{{{files}}}")
    )
    (folder / f"{form}.yaml").write_text(text)
