"""Holds a JSON Schema against configs: schema.py SCHEMA CONFIG...

Reads the configs as PyYAML does, time stamps as the texts they are written as, and prints one
line per config that does not fit. Ends with "N fit, M do not".
"""

import json
import sys

import yaml
from jsonschema import Draft7Validator


class Loader(yaml.FullLoader):
    """Time stamps stay texts: JSON Schema knows no others."""


def text(loader, node):
    return loader.construct_scalar(node)


def sequence(loader, node):
    return loader.construct_sequence(node, deep=True)


Loader.add_constructor("tag:yaml.org,2002:timestamp", text)
Loader.add_constructor("tag:yaml.org,2002:python/tuple", sequence)

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft7Validator.check_schema(schema)
validator = Draft7Validator(schema)
wrong = 0
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        config = yaml.load(file, Loader)
    errors = sorted(validator.iter_errors(config), key=lambda error: list(error.absolute_path))
    for error in errors[:3]:
        # Of alternatives, the one that came closest says what is wrong.
        while error.context:
            error = max(error.context, key=lambda inner: len(inner.absolute_path))
        place = "/".join(map(str, error.absolute_path))
        print(f"{path}: {place}: {error.message[:200]}")
    wrong += bool(errors)
print(f"{len(sys.argv) - 2 - wrong} fit, {wrong} do not")
