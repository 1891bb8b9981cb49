"""Compares the CSV and the Parquet form of a dataset as pandas reads them.

    python tables.py A.csv A.parquet
"""

import sys

import numpy as np
import pandas as pd


def main(text, binary):
    text = pd.read_csv(text, parse_dates=["time"], float_precision="round_trip")
    binary = pd.read_parquet(binary)
    assert list(text.columns) == list(binary.columns), (text.columns, binary.columns)
    assert str(binary["time"].dtype) == "datetime64[ns, UTC]", binary.dtypes
    assert (text["time"] == binary["time"]).all()
    text, binary = text.drop(columns="time"), binary.drop(columns="time")
    assert all(dtype == np.float64 for dtype in binary.dtypes), binary.dtypes
    np.testing.assert_array_equal(text.to_numpy(), binary.to_numpy())
    print(len(text))


if __name__ == "__main__":
    main(*sys.argv[1:])
