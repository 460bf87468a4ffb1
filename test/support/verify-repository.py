"""Checks a published folder with securesystemslib, knowing nothing of Bailiwick's code.

    verify-repository.py FOLDER FIRST-ROOT

Walks from the first root through every later one, then timestamp, snapshot, targets and each delegated role:
signatures up to the threshold, key ids, versions, hashes and lengths of metadata and of every target. Prints
what it has checked as JSON; ends with a message otherwise.
"""
import hashlib
import json
import os
import sys

from securesystemslib import formats, keys

folder, first = sys.argv[1:3]
checked = {"signatures": 0, "roots": 0, "roles": 0, "targets": 0}


def read(path):
    with open(os.path.join(folder, "tuf", path), "rb") as file:
        return file.read()


def key_of(keyid, value):
    expected = hashlib.sha256(formats.encode_canonical(value).encode()).hexdigest()
    assert keyid == expected, f"expected key id {expected}, got {keyid}"
    return {**value, "keyid": keyid}


def verify(metadata, key_values, role, name):
    payload = formats.encode_canonical(metadata["signed"]).encode()
    good = set()
    for signature in metadata["signatures"]:
        keyid = signature["keyid"]
        if keyid not in role["keyids"]:
            continue
        assert keys.verify_signature(key_of(keyid, key_values[keyid]), signature, payload), f"{name}: a bad signature"
        good.add(keyid)
        checked["signatures"] += 1
    assert len(good) >= role["threshold"], f"{name}: {len(good)} of {role['threshold']} signatures"
    return metadata["signed"]


def check_bytes(data, expected, name):
    assert len(data) == expected["length"], f"{name}: a wrong length"
    assert hashlib.sha256(data).hexdigest() == expected["hashes"]["sha256"], f"{name}: a wrong hash"


def check_targets(signed, name):
    for path, target in signed["targets"].items():
        at, base = path.rsplit("/", 1)
        check_bytes(read(f"targets/{at}/{target['hashes']['sha256']}.{base}"), target, path)
        checked["targets"] += 1
    checked["roles"] += 1


with open(first, "rb") as file:
    metadata = json.loads(file.read())
root = verify(metadata, metadata["signed"]["keys"], metadata["signed"]["roles"]["root"], "root 1")
checked["roots"] = 1
while os.path.exists(os.path.join(folder, f"tuf/metadata/{root['version'] + 1}.root.json")):
    name = f"root {root['version'] + 1}"
    metadata = json.loads(read(f"metadata/{root['version'] + 1}.root.json"))
    verify(metadata, root["keys"], root["roles"]["root"], name)
    following = verify(metadata, metadata["signed"]["keys"], metadata["signed"]["roles"]["root"], name)
    assert following["version"] == root["version"] + 1
    root = following
    checked["roots"] += 1

timestamp = verify(json.loads(read("metadata/timestamp.json")), root["keys"], root["roles"]["timestamp"], "timestamp")
named = timestamp["meta"]["snapshot.json"]
data = read(f"metadata/{named['version']}.snapshot.json")
check_bytes(data, named, "snapshot")
snapshot = verify(json.loads(data), root["keys"], root["roles"]["snapshot"], "snapshot")

version = snapshot["meta"]["targets.json"]["version"]
targets = verify(json.loads(read(f"metadata/{version}.targets.json")), root["keys"], root["roles"]["targets"], "targets")
assert targets["version"] == version
check_targets(targets, "targets")
for role in targets["delegations"]["roles"]:
    version = snapshot["meta"][f"{role['name']}.json"]["version"]
    data = json.loads(read(f"metadata/{version}.{role['name']}.json"))
    signed = verify(data, targets["delegations"]["keys"], role, role["name"])
    assert signed["version"] == version
    prefix = role["paths"][0][:-1]
    assert all(path.startswith(prefix) for path in signed["targets"]), f"{role['name']} speaks for others"
    check_targets(signed, role["name"])
print(json.dumps(checked))
