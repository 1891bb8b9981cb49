"""Compares the JSON and the YAML form of a document, types and order of keys included.

    python documents.py A.json A.yaml
"""

import json
import sys

import yaml


def main(one, other):
    with open(one, encoding="utf-8") as file:
        one = json.load(file)
    with open(other, encoding="utf-8") as file:
        other = yaml.safe_load(file)
    # As text: in Python 1 == 1.0 == True.
    one, other = (json.dumps(document, indent=1) for document in (one, other))
    assert one == other, f"{one}\n{other}"


if __name__ == "__main__":
    main(*sys.argv[1:])
