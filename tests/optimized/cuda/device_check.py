"""Every check and timing that needs a real GPU, in one command; a table of both comes last.

    source tests/optimized/cuda/device_setup.sh
    python3 tests/optimized/cuda/device_check.py FOLDER

Writes ``device_check.json`` to the folder after every part. Each part has its own time; after
one that throws or hangs, the others go on in a new process with a new context on the device. The exit
status is 0 only if every comparison was made and found equal.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import multiprocessing
import os
import platform
import random
import statistics
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numba import cuda

sys.path.insert(0, str(Path(__file__).parent))
from refused_epochs import REFUSED
from synthetic_batch import synthetic_batch
from upstream_epochs import SUITES, differing_fields, differing_records, upstream_epochs

from taospec.conformance.generator.yuma_epoch import draw
from taospec.conformance.operations.yuma_epoch import decode_epoch
from taospec.optimized.yuma.cpu import Refusal, run_record
from taospec.optimized.yuma.cuda.batch import Batch, BatchAnswer, StoredEpochs
from taospec.optimized.yuma.cuda.device import SIMULATED
from taospec.optimized.yuma.cuda.run import ColumnBlocks, DeviceBatch, run_records
from taospec.optimized.yuma.guards import ALL_GUARDS, GUARD_NAMES
from taospec.reference.yuma.epoch import run_epoch as run_reference
from taospec.reference.yuma.records import EpochInput, EpochOutput

GROUP = 256
"""Epochs in one batch of a comparison."""
GRACE = 60.0
"""Seconds that a part may take longer than it was told, before its process is ended."""

REPORT: dict[str, Any] = {"parts": {}, "timings": {}, "failures": []}


def main() -> int:
    """Run all parts; 0 if everything was compared and equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", type=int, default=4000, help="random small epochs")
    parser.add_argument("--realistic", type=int, default=300, help="random realistic epochs")
    parser.add_argument("--seconds", type=float, default=420, help="time for everything")
    parser.add_argument("--only", default="", help="names of parts, comma separated")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(1) as apart:
        REPORT["machine"] = apart.apply(describe_machine)
    print(json.dumps(REPORT["machine"]), flush=True)
    expect = multiprocessing.get_context("spawn")
    worker = Worker()
    with concurrent.futures.ProcessPoolExecutor(max(1, (os.cpu_count() or 2) - 2), expect) as pool:
        expected_small = [pool.submit(random_small, seed) for seed in range(0, options.small, GROUP)]
        for name, (seconds, _) in PARTS.items():
            if options.only and not any(name.startswith(wanted) for wanted in options.only.split(",")):
                continue
            remaining = start + options.seconds - time.monotonic()
            payload: Any = options.realistic
            if name == "random small":
                payload = finished(expected_small, min(seconds, remaining))
            if not run_part(worker, name, min(seconds, remaining), payload):
                worker.stop()
                worker = Worker()
            save(options.folder)
        for future in expected_small:
            future.cancel()
    worker.stop()
    print_table()
    return 1 if REPORT["failures"] else 0


def finished(futures: list[Any], seconds: float) -> list[Any]:
    """The results that are there within so many seconds."""
    done, left = concurrent.futures.wait(futures, max(seconds - 10, 0))
    if left:
        REPORT["failures"].append(f"random small: {len(left)} groups were not drawn in time")
    return [future.result() for future in futures if future in done]


def run_part(worker: Worker, name: str, seconds: float, payload: Any) -> bool:
    """Have the worker run a part for so many seconds; whether nothing was thrown."""
    if seconds < 1:
        REPORT["failures"].append(f"{name}: no time left")
        print(f"-- {name}: no time left", flush=True)
        return True
    start = time.monotonic()
    part = worker.run(name, seconds, payload)
    elapsed = time.monotonic() - start
    REPORT["parts"][name] = {"seconds": round(elapsed, 2), "result": part["result"]}
    REPORT["timings"] |= part["timings"]
    REPORT["failures"] += part["failures"]
    if part["error"]:
        REPORT["parts"][name]["error"] = part["error"]
        REPORT["failures"].append(f"{name}: {part['error']}")
    print(f"-- {name} [{elapsed:.1f} s] {json.dumps(REPORT['parts'][name])[:1500]}", flush=True)
    return not part["error"]


class Worker:
    """A process that runs parts: what an error leaves on its device ends with it."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._parts, other_end = spawn.Pipe()
        self._process = spawn.Process(target=serve, args=(other_end,))
        self._process.start()
        other_end.close()

    def run(self, name: str, seconds: float, payload: Any) -> dict[str, Any]:
        """The part's result, failures and timings, and its error or that of the process."""
        part: dict[str, Any] = {"result": None, "timings": {}, "failures": [], "error": ""}
        try:
            self._parts.send((name, seconds, payload))
            if self._parts.poll(seconds + GRACE):
                part |= self._parts.recv()
            else:
                part["error"] = f"no answer after {seconds + GRACE:.0f} s"
        except (EOFError, OSError):
            self._process.join(10)
            part["error"] = f"its process ended with {self._process.exitcode}"
        return part

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()


def serve(parts: Any) -> None:
    """Run each part that arrives until there is no one left to ask for more."""
    while True:
        try:
            name, seconds, payload = parts.recv()
        except EOFError:
            return
        REPORT["timings"], REPORT["failures"] = {}, []
        error, result = "", None
        try:
            result = PARTS[name][1](time.monotonic() + seconds, payload)
        except Exception as thrown:
            traceback.print_exc()
            error = f"{type(thrown).__name__}: {str(thrown)[:500]}"
        parts.send({"result": result, "error": error} | {key: REPORT[key] for key in ("timings", "failures")})


def save(folder: Path) -> None:
    """Write the report so far, whole or not at all."""
    temporary = folder / "device_check.json.part"
    temporary.write_text(json.dumps(REPORT, indent=1))
    temporary.replace(folder / "device_check.json")


def describe_machine() -> dict[str, Any]:
    """What the figures were measured on."""
    import numba

    try:
        numba_cuda = metadata.version("numba-cuda")
    except metadata.PackageNotFoundError:
        numba_cuda = "none"
    machine: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "numba": numba.__version__,
        "numba_cuda": numba_cuda,
        "numpy": np.__version__,
        "cpus": os.cpu_count(),
        "simulated": SIMULATED,
    }
    if not SIMULATED:
        device = cuda.get_current_device()
        name = device.name
        machine |= {
            "gpu": name.decode() if isinstance(name, bytes) else str(name),
            "capability": list(device.compute_capability),
            "multiprocessors": device.MULTIPROCESSOR_COUNT,
        }
    return machine


# Comparisons


def checked_answer(batch: Batch, blocks: ColumnBlocks | None = None) -> BatchAnswer:
    """Run a batch twice over differently poisoned memory, waiting for each kernel.

    Raises:
        AssertionError: the two answers differ, so something was not written, or raced.
    """
    on_device = DeviceBatch(batch, with_present=True, blocks=blocks)
    answers = []
    for poison in (0xA5, 0x5A):
        on_device.poison(poison)
        for launch in on_device.launches:
            launch()
            cuda.synchronize()
        answers.append(on_device.answer())
    first, second = answers
    assert np.array_equal(first.status, second.status), "status depends on the memory's former content"
    if not first.status.any():
        for name in ("liquid", "amounts", "proportions", "masks", "stored", "present"):
            same = np.array_equal(getattr(first, name), getattr(second, name))
            assert same, f"{name} depends on the memory's former content"
    return first


def answers_of(epochs: list[EpochInput]) -> list[EpochOutput | Refusal]:
    stored = StoredEpochs.of(epochs)
    return stored.answers(checked_answer(stored.batch))


def smoke(end: float) -> Any:
    """The first upstream epochs one by one: compiles everything, fails early."""
    compared = 0
    for case_id, inputs, expected in upstream_epochs(SUITES[0]):
        (answer,) = answers_of([inputs])
        if not isinstance(answer, Refusal):
            assert differing_fields(answer, expected) == [], case_id
            compared += 1
        if compared == 8 or time.monotonic() > end:
            break
    return {"compared": compared}


def compare_upstream(suite: str, end: float) -> Any:
    """Every epoch of a suite that the real runtime executed."""
    cases = list(upstream_epochs(suite))
    tally: Counter[str] = Counter()
    differing = []
    for group in groups(cases):
        if time.monotonic() > end:
            REPORT["failures"].append(f"{suite}: out of time after {tally['compared']} of {len(cases)}")
            break
        answers = answers_of([inputs for _, inputs, _ in group])
        for (case_id, _, expected), answer in zip(group, answers, strict=True):
            if isinstance(answer, Refusal):
                tally[f"refused {GUARD_NAMES[answer.guard]}"] += 1
                continue
            tally["compared"] += 1
            fields = differing_fields(answer, expected)
            if fields:
                differing.append([case_id, fields])
    return verdict(suite, tally, differing)


def random_small(first_seed: int) -> list[tuple[EpochInput, EpochOutput]]:
    """Small epochs and the reference's answers, in a process of its own."""
    epochs = []
    for seed in range(first_seed, first_seed + GROUP):
        _, case = draw(random.Random(f"device small {seed}"), "small")
        inputs = decode_epoch(case)
        epochs.append((inputs, run_reference(inputs).output))
    return epochs


def compare_small(groups_of_pairs: list[Any], end: float) -> Any:
    """Random small epochs, all flags, against the reference."""
    tally: Counter[str] = Counter()
    differing: list[Any] = []
    for number, pairs in enumerate(groups_of_pairs):
        if time.monotonic() > end:
            REPORT["failures"].append(f"random small: out of time after {number * GROUP}")
            break
        compare_records(f"small group {number}", pairs, tally, differing)
    return verdict("random small", tally, differing)


def compare_realistic(count: int, end: float) -> Any:
    """Random epochs of a live subnet's size against the CPU kernels."""
    tally: Counter[str] = Counter()
    differing: list[Any] = []
    for start in range(0, count, 50):
        if time.monotonic() > end:
            REPORT["failures"].append(f"random realistic: out of time after {start}")
            break
        epochs = [
            decode_epoch(draw(random.Random(f"device realistic {seed}"), "realistic")[1])
            for seed in range(start, min(start + 50, count))
        ]
        pairs = [(inputs, run_record(inputs, 1)) for inputs in epochs]
        compare_records(f"realistic group {start}", pairs, tally, differing)
    return verdict("random realistic", tally, differing)


def compare_records(name: str, pairs: list[Any], tally: Counter[str], differing: list[Any]) -> None:
    answers = answers_of([inputs for inputs, _ in pairs])
    for number, ((_, expected), answer) in enumerate(zip(pairs, answers, strict=True)):
        if isinstance(answer, Refusal):
            tally[f"refused {GUARD_NAMES[answer.guard]}"] += 1
            continue
        tally["compared"] += 1
        fields = differing_records(answer, expected)
        if fields:
            differing.append([name, number, fields])


def compare_unguarded() -> Any:
    """What each guard refuses is answered wrongly without it."""
    result = {}
    for guard, inputs in REFUSED.items():
        name = GUARD_NAMES[guard]
        assert run_records([inputs]) == [Refusal(guard)], name
        (answer,) = run_records([inputs], ALL_GUARDS & ~guard)
        assert not isinstance(answer, Refusal), name
        result[name] = differing_records(answer, run_reference(inputs).output)
        if not result[name]:
            REPORT["failures"].append(f"guards: without {name} the answer is right")
    return result


def groups(cases: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(cases), GROUP):
        yield cases[start : start + GROUP]


def verdict(name: str, tally: Counter[str], differing: list[Any]) -> Any:
    if differing:
        REPORT["failures"].append(f"{name}: {len(differing)} differ, first {differing[:3]}")
    if not tally["compared"]:
        REPORT["failures"].append(f"{name}: nothing compared")
    return {**tally, "differing": len(differing), "first": differing[:5]}


SIZES: dict[str, dict[str, Any]] = {
    "1 x 64x256": {"subnets": 1, "validators": 64, "neurons": 256},
    "1 x 128x1024": {"subnets": 1, "validators": 128, "neurons": 1024},
    "1 x 256x4096": {"subnets": 1, "validators": 256, "neurons": 4096},
    "128 x 64x256": {"subnets": 128, "validators": 64, "neurons": 256},
    "1024 x 64x256": {"subnets": 1024, "validators": 64, "neurons": 256},
    "64 x 128x1024": {"subnets": 64, "validators": 128, "neurons": 1024},
    "16 x 256x4096": {"subnets": 16, "validators": 256, "neurons": 4096},
}
MODES: list[tuple[str, dict[str, Any]]] = [
    ("yuma3", {}),
    ("liquid", {"liquid_alpha": True}),
    ("yuma2", {"yuma3": False}),
    ("yuma3 0.3", {"density": 0.3}),
    ("yuma3 0.05", {"density": 0.05}),
]


def compare_and_time(name: str, end: float) -> Any:
    """Large batches in every mode: whole arrays against the CPU kernels, then the time."""
    verdicts = {}
    times = REPORT["timings"].setdefault(name, {})
    for mode, options in MODES:
        if time.monotonic() > end:
            REPORT["failures"].append(f"{name}: out of time at {mode}")
            break
        batch = synthetic_batch(**SIZES[name], **options, seed=len(mode))
        differing = differing_arrays(batch, checked_answer(batch))
        verdicts[mode] = differing or "equal"
        if differing:
            REPORT["failures"].append(f"arrays {name} {mode}: {differing}")
        times[mode] = time_batch(batch, None, whole_way=mode == "yuma3")
    return verdicts


def differing_arrays(batch: Batch, answer: BatchAnswer) -> list[str]:
    """Names of the output arrays in which the device and the CPU kernels differ."""
    assert not answer.status.any(), f"refused: {np.unique(answer.status)}"
    expected = cpu_answer(batch)
    kept = expected["kept"]
    differing = [
        name
        for name in ("amounts", "proportions", "masks")
        if not np.array_equal(getattr(answer, name), expected[name])
    ]
    if not np.array_equal(answer.stored * kept, expected["stored"] * kept) or answer.stored[~kept].any():
        differing.append("stored")
    return differing


def cpu_answer(batch: Batch) -> dict[str, np.ndarray]:
    """The CPU kernels over the subnets of the same arrays."""
    from taospec.optimized.yuma.arguments import BatchArguments
    from taospec.optimized.yuma.layout import NEW_PERMITS
    from taospec.optimized.yuma.parallel import run_over_subnets

    subnets, total = batch.parameters.size, batch.vectors.shape[1]
    neurons, rows = batch.parameters["neurons"], batch.parameters["rows"]
    assert (neurons == neurons[0]).all(), "the reshaping takes subnets of one size"
    vectors = np.ascontiguousarray(batch.vectors.reshape(-1, subnets, neurons[0]).swapaxes(0, 1))
    kinds = {"amounts": (4, np.uint64), "proportions": (5, np.uint16), "masks": (2, np.bool)}
    flat = {name: np.zeros(count * total, kind) for name, (count, kind) in kinds.items()}
    stored, status = np.zeros(batch.weights.size, np.uint16), np.zeros(subnets, np.int64)
    arguments = BatchArguments(
        batch.parameters.view(np.recarray),
        *(np.concatenate([[0], np.cumsum(counts)]) for counts in (neurons, rows, neurons * rows)),
        vectors.ravel(),
        batch.permits,
        batch.uids,
        batch.weights,
        batch.bonds,
        *flat.values(),
        stored,
        status,
    )
    run_over_subnets(arguments, os.cpu_count() or 1)
    assert not status.any()
    answer = {
        name: values.reshape(subnets, -1, neurons[0]).swapaxes(0, 1).reshape(-1, total)
        for name, values in flat.items()
    }
    answer["stored"] = stored
    uid_at = np.repeat(batch.offsets[0], rows) + batch.uids
    answer["kept"] = np.repeat(answer["masks"][NEW_PERMITS][uid_at], np.repeat(neurons, rows))
    return answer


# Timings


def measure_bandwidth() -> Any:
    """Bytes read and written by a copy on the device, per second."""
    source = cuda.device_array(1 << 27, np.uint64)
    target = cuda.device_array(1 << 27, np.uint64)
    seconds = median_seconds(lambda: target.copy_to_device(source), 10)
    return {"copy_TB_per_s": round(2 * source.nbytes / seconds / 1e12, 3)}


def median_seconds(work: Callable[[], Any], repeats: int) -> float:
    """Median time on the device, by events."""
    work()
    cuda.synchronize()
    times = []
    for _ in range(repeats):
        before, after = cuda.event(), cuda.event()
        before.record()
        work()
        after.record()
        after.synchronize()
        times.append(cuda.event_elapsed_time(before, after) / 1e3)
    return statistics.median(times)


def time_batch(batch: Batch, blocks: ColumnBlocks | None, *, whole_way: bool = False) -> Any:
    """Microseconds."""
    on_device = DeviceBatch(batch, blocks=blocks)
    on_device.launch()
    cuda.synchronize()
    assert not on_device.status.copy_to_host().any()
    result: dict[str, Any] = {"all": round(median_seconds(on_device.launch, 20) * 1e6, 1)}
    before = time.perf_counter()
    on_device.launch()
    started = time.perf_counter()
    cuda.synchronize()
    result["host_launches"] = round((started - before) * 1e6, 1)
    for launch in on_device.launches:
        result[launch.name] = round(median_seconds(repeated(launch), 10) * 1e6 / REPEATS, 2)
    if whole_way:
        before = time.perf_counter()
        on_device.load(batch)
        on_device.launch()
        on_device.answer()
        result["load_launch_answer"] = round((time.perf_counter() - before) * 1e6, 1)
    return result


REPEATS = 10
"""Launches of one kernel in a row, so that the gaps between launches weigh less.

Sums of a kernel that adds to what it finds grow with it; its time does not."""


def repeated(launch: Callable[[], None]) -> Callable[[], None]:
    def work() -> None:
        for _ in range(REPEATS):
            launch()

    return work


def time_blocks(end: float) -> Any:
    """Other shapes of the column blocks than those in use."""
    choices = [
        ("128 x 64x256", [(128, 64), (64, 64), (32, 64), (128, 0), (64, 0)]),
        ("64 x 128x1024", [(64, 128), (32, 128), (128, 0)]),
        ("16 x 256x4096", [(32, 256), (32, 0), (64, 0), (128, 0)]),
    ]
    result: dict[str, Any] = {}
    REPORT["timings"]["blocks"] = result
    for name, shapes in choices:
        for threads, rows in shapes:
            if time.monotonic() > end:
                return result
            batch = synthetic_batch(**SIZES[name], seed=7)
            times = time_batch(batch, ColumnBlocks(threads, rows))
            result[f"{name} {threads}x{rows}"] = {key: times[key] for key in ("all", "consensus", "bonds")}
    return result


def time_with_most_shared_memory() -> Any:
    """The column kernels when the driver is told to prefer shared memory to cache."""
    from cuda.bindings import driver

    result = {}
    for name in ("1024 x 64x256", "16 x 256x4096"):
        batch = synthetic_batch(**SIZES[name], seed=7)
        on_device = DeviceBatch(batch)
        on_device.launch()
        cuda.synchronize()
        times: dict[str, Any] = {}
        preference = driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT
        try:
            for percent in (-1, 100, 50):
                for launch in on_device.launches:
                    if launch.name in ("consensus", "bonds"):
                        for overload in launch.kernel.overloads.values():
                            handle = overload._codelibrary.get_cufunc().handle
                            function = driver.CUfunction(int(getattr(handle, "value", handle)))
                            (status,) = driver.cuFuncSetAttribute(function, preference, percent)
                            assert int(status) == 0, status
                        times[f"{launch.name} {percent}"] = round(
                            median_seconds(repeated(launch), 10) * 1e6 / REPEATS, 2
                        )
        except (AttributeError, TypeError, AssertionError) as error:
            times["unavailable"] = f"{type(error).__name__}: {error}"[:200]
        result[name] = times
    return result


def time_graphs() -> Any:
    """An epoch captured once as a graph and replayed: what launching costs apart."""
    from cuda.bindings import driver

    result = {}
    for name in ("1 x 64x256", "1 x 128x1024", "1 x 256x4096", "128 x 64x256"):
        on_device = DeviceBatch(synthetic_batch(**SIZES[name], seed=7))
        on_device.launch()
        cuda.synchronize()
        expected = on_device.answer()
        stream = cuda.stream()
        try:
            handle = driver.CUstream(int(getattr(stream.handle, "value", stream.handle)))
            mode = driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED
            done(driver.cuStreamBeginCapture(handle, mode))
            on_device.launch(stream)
            (graph,) = done(driver.cuStreamEndCapture(handle))
            (executable,) = done(driver.cuGraphInstantiate(graph, 0))
            on_device.poison()
            times = []
            for _ in range(30):
                before = time.perf_counter()
                done(driver.cuGraphLaunch(executable, handle))
                done(driver.cuStreamSynchronize(handle))
                times.append(time.perf_counter() - before)
            answer = on_device.answer()
            same = np.array_equal(answer.stored, expected.stored) and np.array_equal(
                answer.amounts, expected.amounts
            )
            result[name] = {"host_us": round(statistics.median(times) * 1e6, 1), "equal": bool(same)}
        except (AttributeError, TypeError, RuntimeError) as error:
            result[name] = {"unavailable": f"{type(error).__name__}: {error}"[:200]}
    return result


def done(answer: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a driver call returned.

    Raises:
        RuntimeError: it failed.
    """
    if int(answer[0]) != 0:
        raise RuntimeError(str(answer[0]))
    return answer[1:]


PARTS: dict[str, tuple[float, Callable[[float, Any], Any]]] = {
    "bandwidth": (10, lambda end, _: measure_bandwidth()),
    "smoke": (90, lambda end, _: smoke(end)),
    **{
        f"upstream {suite}": (60, lambda end, _, suite=suite: compare_upstream(suite, end))
        for suite in SUITES
    },
    "random small": (90, lambda end, pairs: compare_small(pairs, end)),
    "random realistic": (60, lambda end, count: compare_realistic(count, end)),
    "guards": (30, lambda end, _: compare_unguarded()),
    **{f"arrays {name}": (60, lambda end, _, name=name: compare_and_time(name, end)) for name in SIZES},
    "blocks": (90, lambda end, _: time_blocks(end)),
    "shared memory": (30, lambda end, _: time_with_most_shared_memory()),
    "graph": (30, lambda end, _: time_graphs()),
}
"""Seconds and work of each part, which is given the time of its end and what main prepared."""


def print_table() -> None:
    """What was compared, what was measured, what failed."""
    print("\n== compared")
    for name, part in REPORT["parts"].items():
        if name.startswith(
            ("upstream", "random", "arrays", "smoke", "bandwidth", "shared", "graph", "guards")
        ):
            print(f"{name:34} {json.dumps(part['result'])[:230]}")
    print("\n== microseconds on the device (median)")
    columns = ("all", "stakes", "row_sums", "consensus", "incentives", "bonds", "outputs", "host_launches",
               "load_launch_answer")  # fmt: skip
    print(f"{'size and mode':28}" + "".join(f"{column[:12]:>13}" for column in columns))
    for size, modes in REPORT["timings"].items():
        if size != "blocks":
            for mode, times in modes.items():
                print(f"{size + ' ' + mode:28}" + "".join(f"{times.get(c, ''):>13}" for c in columns))
    for name, times in REPORT["timings"].get("blocks", {}).items():
        print(f"{name:28}" + "".join(f"{times.get(c, ''):>13}" for c in columns))
    print("\n== " + ("FAILED" if REPORT["failures"] else "all equal"))
    for failure in REPORT["failures"]:
        print(failure[:600])
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
