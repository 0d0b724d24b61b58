"""Writes the fixtures beside this file with other people's libraries: numpy 2.4, safetensors 0.8 and gguf 0.19. Not needed to run the tests."""

import pathlib

import gguf
import numpy as np
from safetensors import TensorSpec, serialize_file

HERE = pathlib.Path(__file__).parent


def pattern(count, step=37):
    return (np.arange(count) * step % 256).astype(np.uint8)


def npy(name, array, version=None):
    with open(HERE / name, "wb") as out:
        np.lib.format.write_array(out, array, version=version)


def npy_fixtures():
    npy("v1_f4_2x3.npy", np.array([[0.5, -1.5, 6], [-0.0, np.inf, 1e-40]], dtype="<f4"), (1, 0))
    npy("v2_u1_5.npy", np.array([0, 1, 127, 128, 255], dtype="u1"), (2, 0))
    npy("v3_i8_2x1x2.npy", np.array([[[-1, 2]], [[3, -(2**62)]]], dtype="<i8"), (3, 0))
    npy("scalar_f8.npy", np.array(2.5, dtype="<f8"))
    npy("empty_f2_3x0.npy", np.zeros((3, 0), dtype="<f2"))
    npy("bool_3.npy", np.array([True, False, True]))
    npy("fortran_f4_2x3.npy", np.asfortranarray(np.zeros((2, 3), dtype="<f4")))
    npy("big_endian_f4_2.npy", np.zeros(2, dtype=">f4"))
    npy("structured.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
    npy("objects.npy", np.array([None, 1], dtype=object))


def safetensors_fixture():
    arrays = {
        "f64": ("float64", [2], np.array([0.1, -2.0])),
        "f32": ("float32", [2, 3], np.arange(6, dtype=np.float32)),
        "f16": ("float16", [3], np.array([1, -2, 65504], dtype=np.float16)),
        "bf16": ("bfloat16", [2, 2], np.array([0x3F80, 0xC000, 0x7F80, 0x0001], dtype=np.uint16)),
        "e4m3": ("float8_e4m3fn", [4], pattern(4)),
        "e5m2": ("float8_e5m2", [4], pattern(4)),
        "e8m0": ("float8_e8m0fnu", [4], pattern(4)),
        "f4": ("float4_e2m1fn_x2", [2, 4], pattern(8)),
        "u8": ("uint8", [7], pattern(7)),
        "i64": ("int64", [], np.array(-5)),
        "empty": ("float32", [0, 4], np.zeros(0, dtype=np.float32)),
        "caf\u00e9 \u2603": ("bool", [2], np.array([True, False])),
    }
    specs = {
        name: TensorSpec(dtype=dtype, shape=shape, data_ptr=data.ctypes.data, data_len=data.nbytes) for name, (dtype, shape, data) in arrays.items()
    }
    serialize_file(specs, HERE / "all_types.safetensors", {"format": "pt", "note": 'quote " and \\ and \u2603'})


def gguf_fixture():
    out = gguf.GGUFWriter(HERE / "all_types.gguf", "fixture")
    out.add_custom_alignment(64)
    out.add_uint8("u8", 200)
    out.add_int8("i8", -100)
    out.add_uint16("u16", 60000)
    out.add_int16("i16", -30000)
    out.add_uint32("u32", 4000000000)
    out.add_int32("i32", -2000000000)
    out.add_uint64("u64", 2**64 - 1)
    out.add_int64("i64", -(2**62))
    out.add_float32("f32", 1.5)
    out.add_float64("f64", 0.1)
    out.add_bool("flag", True)
    out.add_string("text", "sn\u2603w")
    out.add_array("tokens", ["<s>", "", "\u2581a", "b"])
    out.add_array("scores", [0.5, -1.0, 2.0])
    out.add_array("counts", [1, -2, 3])
    out.add_tensor("a.f32", np.arange(6, dtype=np.float32).reshape(2, 3))
    out.add_tensor("a.f16", np.array([[1, -2]], dtype=np.float16))
    bf16 = np.array([0x3F80, 0xC000, 0x7F80], dtype=np.uint16).view(np.uint8)
    out.add_tensor("a.bf16", bf16, raw_dtype=gguf.GGMLQuantizationType.BF16)
    out.add_tensor("blk.0.up.weight", pattern(2 * 2 * 36).reshape(2, 72), raw_dtype=gguf.GGMLQuantizationType.NVFP4)
    out.add_tensor("blk.0.up.scale", np.array([0.25], dtype=np.float32))
    out.add_tensor("blk.0.down.weight", pattern(3 * 2 * 17, 11).reshape(3, 34), raw_dtype=gguf.GGMLQuantizationType.MXFP4)
    out.add_tensor("a.q8_0", pattern(34), raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


npy_fixtures()
safetensors_fixture()
gguf_fixture()
