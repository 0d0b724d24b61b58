"""The PTX of the kernels: FP4 instructions are there on the targets that have them, and not on the others; codes are stored 16 bytes at a
time. Where cuobjdump is, its machine code is counted too."""
import pathlib
import re
import shutil
import subprocess
import sys

E2M1 = r"cvt\.rn\.satfinite\.e2m1x2\.f32"
RS = r"cvt\.rs\.satfinite\.e2m1x4\.f32"
NVFP4 = r"mma\.sync\.aligned\.m16n8k64\.row\.col\.kind::mxf4nvf4\.block_scale\.scale_vec::4X\.f32\.e2m1\.e2m1\.f32\.ue4m3"
MXFP4 = r"mma\.sync\.aligned\.m16n8k64\.row\.col\.kind::mxf4\.block_scale\.scale_vec::2X\.f32\.e2m1\.e2m1\.f32\.ue8m0"
TCGEN05_NVFP4 = r"tcgen05\.mma\.cta_group::1\.kind::mxf4nvf4\.block_scale"
TCGEN05_MXFP4 = r"tcgen05\.mma\.cta_group::1\.kind::mxf4\.block_scale"
E4M3 = r"cvt\.rn\.satfinite\.e4m3x2\.f32"
HALF = r"cvt\.rn\.f16x2\.e2m1x2"
ASYNC = r"cp\.async\.cg\.shared\.global"
STORE_16_BYTES = r"st\.global\.v4\.u32"

# (file, target, instructions that must be there, instructions that must not)
EXPECTED = [
    *[("quantize_rows", target, [E2M1, STORE_16_BYTES], [RS]) for target in ("sm_100a", "sm_103a", "sm_120a", "sm_121a")],
    *[("quantize_rows", target, [], [E2M1]) for target in ("sm_75", "sm_90", "sm_100", "sm_120")],
    *[("quantize_columns", target, [E2M1], []) for target in ("sm_100a", "sm_120a")],
    *[("quantize_squares", target, [E2M1, STORE_16_BYTES], [RS]) for target in ("sm_100a", "sm_120a")],
    *[("quantize_stochastic", target, [STORE_16_BYTES], [RS]) for target in ("sm_100a", "sm_120a")],
    *[("quantize_native_stochastic", target, [RS, STORE_16_BYTES], []) for target in ("sm_100a", "sm_103a")],
    *[("quantize_native_stochastic", target, [], [RS, r"\.entry"]) for target in ("sm_90", "sm_100", "sm_120a")],
    *[("gemm_mma", target, [NVFP4, MXFP4, ASYNC, "ldmatrix"], []) for target in ("sm_120a", "sm_121a")],
    *[("gemm_mma", target, [], ["mma", r"\.entry"]) for target in ("sm_90", "sm_100a", "sm_120")],
    *[("gemv", target, [HALF], []) for target in ("sm_100a", "sm_120a")],
    *[("gemv", target, [], [HALF]) for target in ("sm_90",)],
    *[("probe_cvt", target, [E2M1, E4M3, HALF, RS, r"cvt\.rz\.satfinite\.ue8m0x2\.f32", r"cvt\.rp\.satfinite\.ue8m0x2\.f32"], []) for target in ("sm_100a",)],
    *[("probe_cvt", target, [E2M1, E4M3, HALF], [RS]) for target in ("sm_120a",)],
    *[("probe_cvt", target, [E4M3], [E2M1, HALF, RS]) for target in ("sm_90",)],
    *[("probe_tcgen05", target, [TCGEN05_NVFP4, TCGEN05_MXFP4, r"tcgen05\.cp\.cta_group::1\.32x128b\.warpx4"], []) for target in ("sm_100a", "sm_103a")],
    *[("probe_tcgen05", target, [], ["tcgen05", r"\.entry"]) for target in ("sm_100", "sm_120a")],
    *[("probe_mma", target, [NVFP4, MXFP4], []) for target in ("sm_120a", "sm_121a")],
]


def ptx(nvcc, flags, source, target):
    compute = target.replace("sm_", "compute_")
    done = subprocess.run([nvcc, *flags, "-ptx", "-arch=" + compute, "-o", "-", str(source)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("%s for %s: nvcc: %s" % (source.name, target, done.stderr.strip()))
    return done.stdout


def main(folder, fatbins, nvcc, flags):
    questions = failures = 0
    for file, target, present, absent in EXPECTED:
        text = ptx(nvcc, flags, folder / (file + ".cu"), target)
        for instruction, wanted in [(i, True) for i in present] + [(i, False) for i in absent]:
            questions += 1
            count = len(re.findall(instruction, text))
            if (count > 0) != wanted:
                failures += 1
                print("%s.cu for %s: %s is %s" % (file, target, instruction.replace("\\", ""), "missing" if wanted else "there %d times" % count))
    print("instructions: %d compilations, %d questions, %d wrong" % (len(EXPECTED), questions, failures))
    cuobjdump = shutil.which("cuobjdump")
    if cuobjdump is None:
        print("machine code not inspected: cuobjdump is not in the path (ptxas accepted the instructions for these targets)")
    else:
        for fatbin in sorted(fatbins.glob("*.fatbin")):
            sass = subprocess.run([cuobjdump, "-sass", str(fatbin)], capture_output=True, text=True).stdout
            print("%s: %d functions in machine code" % (fatbin.name, len(re.findall(r"Function : ", sass))))
    return 1 if failures or questions == 0 else 0


sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4:]))
