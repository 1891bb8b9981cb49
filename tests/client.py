"""Asks a server of examples/quickstart what Gordo's own client asks, through that client.

    cd examples/quickstart && python ../../tests/client.py HOST:PORT data/pump.csv

Ends with a traceback at the first answer that the client cannot use.
"""

import logging
import sys
from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd
from gordo_client import Client
from gordo_client.io import NotFound, ResourceGone
from gordo_core.data_providers.contrib import CSVDataProvider

PUMP = [
    "P101-flow",
    "P101-discharge-pressure",
    "P101-motor-current",
    "P101-bearing-temperature",
    "P101-vibration",
]
# Inputs and targets of each machine.
MACHINES = {
    "random": ([f"TAG {i}" for i in (1, 2, 3, 4)],) * 2,
    "pump": (PUMP, PUMP),
    "pump-bearing": (PUMP[:3], PUMP[3:]),
}
CONFIDENCE = "total-anomaly-confidence"
STEP = pd.Timedelta("10min")


def day(of_march):
    """A day of the recording."""
    start = datetime(2024, 3, of_march, tzinfo=timezone.utc)
    return start, start + timedelta(days=1)


def columns(inputs, targets):
    """Both levels of an answer's columns."""
    per_target = ["model-output", "tag-anomaly-scaled", "tag-anomaly-unscaled", "anomaly-confidence"]
    per_row = ["start", "end"]
    per_row += ["total-anomaly-scaled", "total-anomaly-unscaled", "total-anomaly-confidence"]
    expected = {("model-input", tag) for tag in inputs}
    expected |= {(group, tag) for group in per_target for tag in targets}
    # In JSON, what belongs to no tag stands under its group's name again.
    return expected | {(group, group) for group in per_row}


def check_frame(name, frame, start, end):
    """The frame's form: columns, times, no holes."""
    inputs, targets = MACHINES[name]
    assert frame.columns.nlevels == 2, frame.columns
    assert frame.columns.is_unique
    differing = set(frame.columns) ^ columns(inputs, targets)
    assert not differing, (name, differing)
    assert isinstance(frame.index, pd.DatetimeIndex), frame.index
    assert frame.index.is_unique and frame.index.is_monotonic_increasing
    # The client asks for five rows more at the start, and its provider gives the end's row.
    expected = pd.date_range(start - 5 * STEP, end, freq=STEP, name=frame.index.name)
    if name != "random":
        pd.testing.assert_index_equal(frame.index, expected, check_names=False)
    assert frame.index.isin(expected).all()
    starts, ends = (pd.to_datetime(frame[side, side], utc=True) for side in ("start", "end"))
    assert (starts == frame.index).all(), starts
    assert (ends - starts == STEP).all(), ends
    numbers = frame.drop(columns=["start", "end"], level=0)
    assert all(dtype == np.float64 for dtype in numbers.dtypes), numbers.dtypes
    assert np.isfinite(numbers.to_numpy()).all(), name


def one(client, name, start, end):
    """The frame of one machine, of which nothing failed."""
    [(answered, frame, messages)] = client.predict(start, end, targets=[name])
    assert answered == name
    assert messages == [], messages
    check_frame(name, frame, start, end)
    return frame


def check_listing(client):
    """Revisions, names and metadata."""
    revisions = client.get_revisions()
    latest = revisions["latest"]
    assert revisions["available-revisions"] == [latest], revisions
    available = client.get_available_machines()
    assert sorted(available["models"]) == sorted(MACHINES), available
    assert available["revision"] == latest
    assert sorted(client.get_machine_names(revision=latest)) == sorted(MACHINES)

    metadata = client.get_metadata()
    assert sorted(metadata) == sorted(MACHINES)
    pump = metadata["pump"]
    assert pump.user_defined["machine-metadata"] == {"location": "water works"}, pump.user_defined
    scores = pump.build_metadata.model.cross_validation.scores
    assert scores["explained-variance-score"]["fold-mean"] > 0.9, scores
    loaded = pump.build_metadata.dataset.dataset_meta
    assert loaded["summary_statistics"]["P101-flow"]["count"] > 1000, loaded
    alone = client.get_metadata(targets=["pump"], revision=latest)
    assert alone == {"pump": pump}

    for error, asked in [(NotFound, {"targets": ["nobody"]}), (ResourceGone, {"revision": "1"})]:
        try:
            client.get_metadata(**asked)
        except error:
            continue
        raise AssertionError(f"{asked} was answered")


def check_pump(client, recording):
    """The rows that were asked about, and a fault that lights up."""
    raw = pd.read_csv(recording, parse_dates=["time"], index_col="time")[PUMP]
    means = raw.resample(STEP).mean()
    healthy = one(client, "pump", *day(15))
    # The end's row repeats the one before: no reading of its own is in it.
    rows = healthy["model-input"].iloc[:-1]
    expected = means.loc[rows.index, rows.columns]
    np.testing.assert_allclose(rows.to_numpy(), expected.to_numpy(), rtol=1e-12)
    faulty = one(client, "pump", *day(17))
    medians = [frame[(CONFIDENCE, CONFIDENCE)].median() for frame in (healthy, faulty)]
    assert medians[0] < 1 < 3 < medians[1], medians
    return healthy


def main(address, recording):
    host, port = address.split(":")
    server = {"project": "quickstart", "host": host, "port": int(port), "scheme": "http", "n_retries": 0}
    provider = CSVDataProvider(file_path=recording, timestamp_column="time")
    client = Client(**server, data_provider=provider)
    check_listing(client)
    healthy = check_pump(client, recording)
    bearing = one(client, "pump-bearing", *day(15))

    # Readings from the provider that the server names, whose path starts here.
    own = Client(**server)
    pd.testing.assert_frame_equal(one(own, "pump-bearing", *day(15)), bearing)
    start = datetime(2019, 1, 20, tzinfo=timezone.utc)
    frame = one(own, "random", start, start + timedelta(days=1))
    assert len(frame) > 100, len(frame)

    # In parts, and with the columns that are left out otherwise.
    parts = Client(**server, data_provider=provider, batch_size=37, all_columns=True)
    pd.testing.assert_frame_equal(one(parts, "pump", *day(15)), healthy)

    # What is not served yet is refused with a reason, and not retried.
    logging.getLogger("gordo_client").setLevel(logging.CRITICAL)
    refused = Client(**{**server, "n_retries": 5}, data_provider=provider, use_parquet=True)
    [(_, frame, messages)] = refused.predict(*day(15), targets=["pump"])
    assert frame.empty and len(messages) == 1 and "406" in messages[0], messages


if __name__ == "__main__":
    main(*sys.argv[1:])
