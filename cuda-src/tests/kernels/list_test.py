"""kernel_list.h against kernels/*.cu: every kernel defined is listed in its file, and the other way round. Signatures are the compiler's business (kernel.cuh)."""
import pathlib
import re
import sys

PLAIN = r'^(?:extern "C" __global__ void [^\n]*\n?)\s*(fp4j_\w+)\(|^extern "C" __global__ void FP4J_PROBE_BOUNDS (fp4j_\w+)\('


def defined(source):
    names = re.findall(r'^FP4J_DEFINE_?\w*\((fp4j_\w+)', source, re.M)
    names += [a or b for a, b in re.findall(PLAIN, source, re.M)]
    return set(names)


def main(root):
    text = (root / "kernel_list.h").read_text()
    rows = re.findall(r'^FP4J_KERNEL\((\w+), (fp4j_\w+), (any|sm_89_up|fp4|sm_10x|sm_12x), (\d+), (\w+), (\d+),', text, re.M)
    assert len(rows) == len(re.findall(r'^FP4J_KERNEL\(', text, re.M)), "a row that this test cannot read"
    listed = {}
    for file, kernel, _, threads, _, _ in rows:
        assert int(threads) % 32 == 0, f"{kernel}: {threads} threads are no whole warps"
        listed.setdefault(file, []).append(kernel)
    names = [kernel for kernels in listed.values() for kernel in kernels]
    assert len(names) == len(set(names)), "a kernel is listed twice"
    found = {path.stem: defined(path.read_text()) for path in (root / "kernels").glob("*.cu")}
    failures = 0
    for file in sorted(set(listed) | set(found)):
        for kernel in sorted(set(listed.get(file, [])) ^ found.get(file, set())):
            place = "kernels/%s.cu, not listed" % file if kernel in found.get(file, set()) else "kernel_list.h, not defined in kernels/%s.cu" % file
            print("%s: in %s" % (kernel, place))
            failures += 1
    print("kernel_list.h: %d kernels in %d files, %d differences" % (len(names), len(listed), failures))
    return 1 if failures or not names else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
