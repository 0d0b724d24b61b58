"""ptxas' report on every kernel of kernel_list.h and every architecture it is listed for: it must be there, spill nothing, and fit. Writes kernels/resources.txt."""
import pathlib
import re
import sys

ARCHITECTURES = {
    "any": ["sm_75", "sm_80", "sm_90", "sm_100a", "sm_103a", "sm_120a", "sm_121a"],
    "sm_89_up": ["sm_89", "sm_90", "sm_100a", "sm_103a", "sm_120a", "sm_121a"],
    "fp4": ["sm_100a", "sm_103a", "sm_120a", "sm_121a"],
    "sm_10x": ["sm_100a", "sm_103a"],
    "sm_12x": ["sm_120a", "sm_121a"],
}
REGISTERS = 65536  # of a multiprocessor
STATIC_SHARED = 48 * 1024
ENTRY = re.compile(r"Compiling entry function '(\w+)' for '(\w+)'")
SPILLS = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
USED = re.compile(r"Used (\d+) registers")
SHARED = re.compile(r"(\d+) bytes smem")


def parse(report):
    """(kernel, architecture) -> dict of its numbers; spills are those of the kernel and of every function it was compiled with."""
    found = {}
    current = None
    for line in report.splitlines():
        if entry := ENTRY.search(line):
            current = found.setdefault((entry[1], entry[2]), {"registers": None, "shared": 0, "stack": 0, "spills": 0, "functions": 0})
        elif current is None:
            continue
        elif spills := SPILLS.search(line):
            current["functions"] += 1
            current["stack"] = max(current["stack"], int(spills[1]))
            current["spills"] += int(spills[2]) + int(spills[3])
        elif used := USED.search(line):
            current["registers"] = int(used[1])
            if shared := SHARED.search(line):
                current["shared"] = int(shared[1])
    return found


def main(list_file, folder):
    rows = re.findall(r"^FP4J_KERNEL\((\w+), (fp4j_\w+), (\w+), (\d+),", list_file.read_text(), re.M)
    lines, problems = [], []
    for file, kernel, architectures, threads in rows:
        report = folder / (file + ".resources")
        found = parse(report.read_text()) if report.exists() else {}
        for architecture in ARCHITECTURES[architectures]:
            numbers = found.get((kernel, architecture))
            if numbers is None or numbers["registers"] is None or numbers["functions"] == 0:
                problems.append(f"{kernel} on {architecture}: not in {report}")
                continue
            lines.append(f"{kernel:44} {architecture:8} {numbers['registers']:9} {numbers['shared']:7} {numbers['stack']:6} {numbers['spills']:7}")
            if numbers["spills"]:
                problems.append(f"{kernel} on {architecture}: {numbers['spills']} bytes of spills")
            if numbers["registers"] * int(threads) > REGISTERS:
                problems.append(f"{kernel} on {architecture}: {numbers['registers']} registers for {threads} threads: no block fits")
            if numbers["shared"] > STATIC_SHARED:
                problems.append(f"{kernel} on {architecture}: {numbers['shared']} bytes of shared memory")
            if not (folder / (file + ".fatbin")).exists():
                problems.append(f"{file}.fatbin is not there")
        for other, architecture in found:
            listed = [ARCHITECTURES[a] for f, k, a, _ in rows if k == other and f == file]
            if not listed or architecture not in listed[0]:
                problems.append(f"{other} on {architecture}: compiled in {file}.cu, not listed")
    head = f"{'kernel':44} {'target':8} {'registers':>9} {'shared':>7} {'stack':>6} {'spills':>7}"
    (folder / "resources.txt").write_text("\n".join([head] + lines) + "\n")
    for problem in sorted(set(problems)):
        print(problem)
    print(f"resources: {len(rows)} kernels, {len(lines)} cubins' reports, {len(set(problems))} problems: {folder / 'resources.txt'}")
    return 1 if problems or not lines else 0


sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
