"""Gordo's dataset, in its own Python environment: python benches/gordo/dataset.py FOLDER/wide.yaml

Times from the config's section to X, y and metadata, of the first machine; imports are not counted.
"""

import pathlib
import resource
import sys
import time

import yaml
from gordo_core.base import GordoBaseDataset

config = pathlib.Path(sys.argv[1])
section = yaml.safe_load(config.read_text())["machines"][0]["dataset"]
for key in ("train_start_date", "train_end_date"):
    section[key] = section[key].isoformat()
provider = section["data_provider"]
provider["file_path"] = str(config.parent / provider["file_path"])
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.perf_counter(), time.process_time()
dataset = GordoBaseDataset.from_dict(section)
X, y = dataset.get_data()
dataset.get_metadata()
wall, processor = time.perf_counter() - begun[0], time.process_time() - begun[1]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"{len(X)} rows: {wall:.1f} s, {processor:.1f} s of processor, {(peak - idle) / 1024:.0f} MiB more than idle")
