"""Memory over a folder of pictures, and its growth over repeated passes"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from vultus.bench.lfw_templates import need_lfw
from vultus.data.lfw import read_lfw
from vultus.report import Report, Table, Value

PROTOCOL = (
    "A fresh process represents every LFW picture once, then ten passes over the first thousand (with --full: over all). "
    "Resident memory is read from the operating system after each pass, its peak at the end.")
SCRIPT = """
import gc, json, resource, sys
from pathlib import Path
from vultus.pipeline import Recogniser
def resident():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
paths = [Path(line) for line in sys.stdin.read().splitlines()]
count, system = int(sys.argv[1]), Recogniser()
start = resident()
first = sum(1 for _ in system.process(paths))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
after = []
for _ in range(10):
    for _ in system.process(paths[:count]):
        pass
    gc.collect()
    after.append(resident())
print(json.dumps({"start": start, "pictures": first, "peak": peak, "after": after,
                  "final_peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def run(data: Path | None, full: bool) -> Report:
    """Measure peak resident memory and its growth."""
    lfw = read_lfw(need_lfw(data))
    count = len(lfw.paths) if full else 1000
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(count)], input="\n".join(map(str, lfw.paths)), capture_output=True,
                          text=True, check=True)
    record = json.loads(done.stdout)
    after = record["after"]
    return Report(
        "core/memory", "Memory over a folder of pictures, and its growth over repeated passes", PROTOCOL,
        (Value("peak over all pictures", record["peak"], "MiB", note=f"{record['pictures']} pictures"),
         Value("peak over everything", record["final_peak"], "MiB"),
         Value("growth from pass 2 to pass 10", after[-1] - after[1], "MiB", note=f"{count} pictures a pass"),
         Value("resident before the first picture", record["start"], "MiB")),
        tables=(Table("Resident memory", ("pass", "MiB"), tuple((k + 1, round(m, 1)) for k, m in enumerate(after))),),
        data_digest=lfw.digest)
