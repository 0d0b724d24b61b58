#!/usr/bin/env python3
"""A device in Python with numpy: on a pipe, or by files.

    fp4j generate gemm-certified | ./device.py | fp4j verify
    fp4j generate gemm-certified --format bin --out v.bin; ./device.py v.bin answers; fp4j verify answers

It multiplies FP4 matrices exactly and rounds once (the published model exact-rne), converts float32 to E2M1 (nearest-even, saturating), and puts scales into the
128x4 layout; everything else it calls unsupported on a pipe, and leaves out of the folder. --fault makes it wrong in a known way:
ties-away, scales-switched, nibbles-swapped, last-block-dropped, swizzle-missing, d-transposed.
"""
import argparse
import hashlib
import json
import os
import struct
import sys

import numpy as np

E2M1 = np.array([0, .5, 1, 1.5, 2, 3, 4, 6, -0., -.5, -1, -1.5, -2, -3, -4, -6])
BLOCK = {"nvfp4": 16, "mxfp4": 32}


def scale_values(name):
    """The 256 values of a scale byte: UE4M3, whose top bit is ignored, or UE8M0."""
    codes = np.arange(256)
    if name == "mxfp4":
        values = np.ldexp(1.0, codes - 127)
        values[255] = np.nan
        return values
    field, mantissa = codes >> 3 & 15, codes & 7
    values = np.ldexp(np.where(field == 0, mantissa, mantissa + 8).astype(float), np.maximum(field, 1) - 10)
    values[codes & 127 == 127] = np.nan
    return values


def offset_128x4(row, column, columns):
    tiles = (columns + 3) // 4
    return (row // 128 * tiles + column // 4) * 512 + row % 32 * 16 + row % 128 // 32 * 4 + column % 4


def swizzled(scales):
    rows, columns = scales.shape
    row, column = np.indices(scales.shape)
    out = np.zeros((rows + 127) // 128 * 128 * ((columns + 3) // 4 * 4), np.uint8)
    out[offset_128x4(row, column, columns)] = scales
    return out


def operand(codes, scales, name, fault):
    rows, half = codes.shape
    nibbles = np.stack([codes & 15, codes >> 4], axis=-1)
    if fault == "nibbles-swapped":
        nibbles = nibbles[..., ::-1]
    if fault == "swizzle-missing":
        scales = swizzled(scales)[:scales.size].reshape(scales.shape)
    values = E2M1[nibbles.reshape(rows, 2 * half)]
    return values * np.repeat(scale_values(name)[scales], BLOCK[name], axis=1)


def resized(scales, shape):
    """What another operand's scales are to whoever reads `shape` of them; zeros lie behind."""
    out = np.zeros(shape, np.uint8)
    rows = min(shape[0], scales.shape[0])
    out[:rows] = scales[:rows]
    return out


def gemm(name, a_codes, a_scales, b_codes, b_scales, c, fault):
    if fault == "scales-switched":
        a_scales, b_scales = resized(b_scales, a_scales.shape), resized(a_scales, b_scales.shape)
    both = fault if fault == "swizzle-missing" else ""
    a = operand(a_codes, a_scales, name, both or fault)
    b = operand(b_codes, b_scales, name, both)
    if fault == "last-block-dropped":
        a, b = a[:, :-64], b[:, :-64]
    # Certified products are exact in any order in float32, and so in float64.
    d = (a @ b.T + c + 0.0).astype(np.float32)
    return np.ascontiguousarray(d.T).reshape(d.shape) if fault == "d-transposed" else d


def encode_e2m1(values, fault):
    magnitude = np.abs(values)
    code = np.zeros(values.shape, np.uint8)
    for i, midpoint in enumerate([.25, .75, 1.25, 1.75, 2.5, 3.5, 5]):
        up = magnitude >= midpoint if i % 2 or fault == "ties-away" else magnitude > midpoint
        code += up.astype(np.uint8)
    return np.where(np.isnan(values), 7, code | np.signbit(values) * np.uint8(8)).astype(np.uint8)


def answer(operation, arguments, arrays, fault):
    """The arrays of the answer by name; None if this device does not do that."""
    if operation == "encode" and arguments[0] == "e2m1/nearest-even/saturate":
        return {"codes": encode_e2m1(arrays["values"], fault)}
    if operation == "swizzle" and arguments[0] == "128x4":
        return {"swizzled": swizzled(arrays["scales"])}
    if operation == "gemm" and arguments[0] in BLOCK:
        c = arrays["c"] if arrays["c"].size else 0.0
        inputs = [arrays[name] for name in ("a-codes", "a-scales", "b-codes", "b-scales")]
        return {"d": gemm(arguments[0], *inputs, c, fault)}
    return None


# ---- text on a pipe

def array(word, dtype, *shape):
    """A word of hexadecimal digits, most significant digit first."""
    if word == "-":
        return np.zeros(0, dtype)
    return np.frombuffer(bytes.fromhex(word), np.dtype(dtype).newbyteorder(">")).astype(dtype).reshape(shape)


def question(words):
    operation = words[0]
    if operation == "encode":
        return operation, words[1:2], {"values": array(words[2], np.float32, -1)}
    if operation == "swizzle":
        return operation, words[1:4], {"scales": array(words[4], np.uint8, int(words[2]), int(words[3]))}
    if operation == "gemm":
        m, n = int(words[2]), int(words[3])
        return operation, words[1:5], {
            "a-codes": array(words[5], np.uint8, m, -1), "a-scales": array(words[6], np.uint8, m, -1),
            "b-codes": array(words[7], np.uint8, n, -1), "b-scales": array(words[8], np.uint8, n, -1),
            "c": array(words[9], np.float32, m, n)}
    return operation, [], {}


def pipe(fault):
    for line in sys.stdin:
        line = line.rstrip("\n")
        if line.startswith("#"):
            print(line)
            continue
        number, rest = line.split(" ", 1)
        operation, arguments, arrays = question(rest.split(" "))
        outputs = answer(operation, arguments, arrays, fault) if arrays else None
        words = ["unsupported"] if outputs is None else [one.astype(one.dtype.newbyteorder(">")).tobytes().hex() for one in outputs.values()]
        print(number, *words, flush=True)


# ---- files

def read(path):
    """The header and the bytes of the arrays."""
    with open(path, "rb") as file:
        if file.read(8) != b"FP4JVEC1":
            sys.exit(path + ": not a file of questions: expected the magic FP4JVEC1")
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        payload = file.read()
    if hashlib.sha256(payload).hexdigest() != header["payload_sha256"]:
        sys.exit(path + ": cut off or altered: its SHA-256 is not the header's")
    return header, payload


def dump(path, folder, fault):
    header, payload = read(path)
    os.makedirs(folder)
    with open(os.path.join(folder, "header.json"), "w") as file:
        json.dump({name: header[name] for name in ("suite", "seed", "count", "sha256")}, file)
    for case in header["cases"]:
        arrays = {}
        for one in case["inputs"]:
            dtype = np.dtype(one["dtype"]).newbyteorder("<")
            arrays[one["name"]] = np.frombuffer(payload, dtype, int(np.prod(one["shape"])), one["offset"]).reshape(one["shape"])
        outputs = answer(case["operation"], case["arguments"], arrays, fault)
        for name, values in (outputs or {}).items():
            np.save(os.path.join(folder, "%d.%s.npy" % (case["id"], name)), values)


def main():
    parser = argparse.ArgumentParser(description="A device on a pipe, or by files.")
    parser.add_argument("vectors", nargs="?", help="a file of questions; without it questions come on standard input")
    parser.add_argument("folder", nargs="?", help="where to put the answers, as npy files")
    parser.add_argument("--fault", default="")
    options = parser.parse_args()
    if options.vectors is None:
        pipe(options.fault)
    elif options.folder is None:
        parser.error("expected a folder for the answers after the file of questions")
    else:
        dump(options.vectors, options.folder, options.fault)


if __name__ == "__main__":
    main()
