"""What student code in a worker may try, and what the check's side makes of it."""

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest
import torch

from autograder.link.failures import Crashed, LinkError, Missing, Raised, Refused, TimedOut
from autograder.link.implementation import Foreign
from autograder.link.launch import ending
from autograder.link.limits import Limits
from autograder.link.remote import Remote

HOSTILE = "part_a.s1_8_hostile"
FORWARD = "part_a.s1_1_forward"
QUICK = Limits(call_seconds=0.5, restarts=50, strikes=1)


def alive(remote: Remote) -> bool:
    return remote.call(FORWARD, "same", [29]) == 29


@pytest.fixture(scope="module")
def remote(staged: Path):
    """Yield a worker that tests may break."""
    with Remote.start(staged, limits=QUICK) as remote:
        yield remote


def running(pid: int) -> bool:
    """Tell whether a process is there and not only waited for."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


TORCHS_OWN = {"TORCHINDUCTOR_CACHE_DIR"}  # set by torch itself when its compiler is imported
ENVIRONMENT = {
    "HOME",
    "TMPDIR",
    "LANG",
    "PATH",
    "PYTHONHASHSEED",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES",
    "MPLBACKEND",
    "HF_HUB_OFFLINE",
    "TOKENIZERS_PARALLELISM",
}


class TestInItsOwnProcess:
    """What student code can do to itself; one worker survives all of it."""

    def test_objects_that_equal_everything_are_only_names(self, worker: Remote) -> None:
        equal, lookalike, nan = worker.call(HOSTILE, "all_equal")
        assert equal == Foreign("course.part_a.s1_8_hostile.AlwaysEqual")
        assert lookalike == Foreign("course.part_a.s1_8_hostile.Lookalike")
        assert type(nan) is float
        assert nan != nan

    def test_it_cannot_change_our_torch(self, worker: Remote) -> None:
        assert worker.call(HOSTILE, "patch_torch") is True
        assert not torch.equal(torch.zeros(1), torch.ones(1))
        assert torch.zeros(1) != torch.ones(1)

    @pytest.mark.parametrize("package", ["solutions", "autograder"])
    def test_it_cannot_import_the_grader(self, worker: Remote, package: str) -> None:
        with pytest.raises(Raised, match=f"ModuleNotFoundError: No module named '{package}'"):
            worker.call(HOSTILE, f"import_{package}")

    def test_it_sees_nothing_of_our_environment(self, worker: Remote) -> None:
        found = worker.call(HOSTILE, "environment")
        assert set(found) - TORCHS_OWN == ENVIRONMENT
        assert found["HOME"] != os.environ.get("HOME")

    def test_an_editable_install_does_not_lead_it_to_the_solutions(
        self, worker: Remote, libraries: Path
    ) -> None:
        path = worker.call(HOSTILE, "path")
        assert str(libraries) in path
        assert "" not in path
        assert str(Path(__file__).parents[3]) not in path

    @pytest.mark.parametrize("name", ["SystemExit", "KeyboardInterrupt", "BaseException"])
    def test_whatever_it_raises_is_an_exception(self, worker: Remote, name: str) -> None:
        with pytest.raises(Raised, match=f"{name}: now") as caught:
            worker.call(HOSTILE, "raise_this", [name])
        assert caught.value.type_name == name

    def test_an_exception_without_words(self, worker: Remote) -> None:
        with pytest.raises(Raised, match=r"UnprintableError: .*__str__ raised RuntimeError"):
            worker.call(HOSTILE, "unprintable")

    def test_a_recursion_without_end_has_a_short_trace(self, worker: Remote) -> None:
        with pytest.raises(Raised, match="RecursionError") as caught:
            worker.call(HOSTILE, "recurse")
        assert len(caught.value.trace) <= 6_000
        assert "more …" in caught.value.trace

    def test_a_flood_of_print_is_bounded_and_counted(self, worker: Remote) -> None:
        worker.output()
        assert worker.call(HOSTILE, "flood") == 1
        printed = worker.output()
        assert len(printed) < 70_000
        assert printed.endswith("the end\n")
        assert "bytes left out" in printed

    @pytest.mark.parametrize("function", ["huge", "large"])
    def test_a_value_that_is_too_large(self, worker: Remote, function: str) -> None:
        with pytest.raises(Refused, match="returned"):
            worker.call(HOSTILE, function)

    def test_its_memory_ends_before_ours(self, worker: Remote) -> None:
        with pytest.raises(Raised, match="MemoryError"):
            worker.call(HOSTILE, "memory")

    def test_it_lives_in_a_group_of_its_own(self, worker: Remote) -> None:
        assert worker.call(HOSTILE, "group") != os.getpgid(0)


class TestAgainstTheLink:
    """What ends the worker: the check reads the reason, and the next call finds a new one."""

    @pytest.mark.parametrize(
        ("function", "reason"),
        [
            ("exit_now", "`exit_now` ended the whole program: it ended itself with exit status 7"),
            ("write_everywhere", "disturbed the program"),
            ("close_everything", "`close_everything` (ended|disturbed)"),
            ("fork_and_leave", "exit status 0"),
            ("speak_out_of_turn", "out of turn"),
            ("half_a_frame", "exit status 0"),
            ("claim", "unknown kind"),
        ],
    )
    def test_the_worker_is_replaced(self, remote: Remote, function: str, reason: str) -> None:
        began = time.monotonic()
        with pytest.raises(Crashed, match=reason):
            remote.call(HOSTILE, function)
        assert time.monotonic() - began < 30
        assert alive(remote)

    def test_a_loop_ends_at_its_limit(self, remote: Remote) -> None:
        with pytest.raises(TimedOut, match=r"`loop` took longer than 0\.5 s"):
            remote.call(HOSTILE, "loop")
        began = time.monotonic()
        with pytest.raises(TimedOut, match="`loop`"):
            remote.call(HOSTILE, "loop")
        assert time.monotonic() - began < 0.1
        assert alive(remote)

    def test_a_forged_callable(self, remote: Remote) -> None:
        with pytest.raises(Crashed, match="never given"):
            remote.call(HOSTILE, "forge", [len])
        assert alive(remote)

    def test_without_output_it_still_answers(self, remote: Remote) -> None:
        assert remote.call(HOSTILE, "without_output") == 1
        assert alive(remote)

    def test_an_interrupt_of_ours_ends_the_call_and_the_worker(self, remote: Remote) -> None:
        def interrupted(x):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            remote.call(FORWARD, "survive", [interrupted, 1])
        assert alive(remote)


def test_files_that_hang_or_crash_when_imported_spoil_no_other(stage_files) -> None:
    files = {
        "part_a/s1_1_forward.py": b"while True:\n    pass\n",
        "part_a/s1_2_blur.py": b"import os\nos._exit(3)\n",
        "part_a/s1_3_one.py": b"from .s1_1_forward import forward\nfrom .s1_2_blur import blur\n\n\n"
        b"def one(x):\n    return blur(forward(x))\n",
    }
    with Remote.start(stage_files(files), limits=Limits(import_seconds=1)) as remote:
        lent = {(FORWARD, "forward"): lambda x: x + 1, ("part_a.s1_2_blur", "blur"): lambda x: 2 * x}
        assert remote.call("part_a.s1_3_one", "one", [2], lent=lent) == 6
        with pytest.raises(Missing, match=r"importing part_a/s1_1_forward\.py took longer than 1 s"):
            remote.call("part_a.s1_3_one", "one", [2])
        with pytest.raises(TimedOut, match=r"importing part_a/s1_1_forward\.py"):
            remote.call(FORWARD, "forward", [2])
        with pytest.raises(
            Crashed, match=r"importing part_a/s1_2_blur\.py ended the whole program.* status 3"
        ):
            remote.call("part_a.s1_2_blur", "blur", [2])


def test_removing_the_files_of_its_own_package(stage_files) -> None:
    hostile = (Path(__file__).with_name("students") / "part_a/s1_8_hostile.py").read_bytes()
    staged = stage_files(
        {"part_a/s1_8_hostile.py": hostile, "part_a/s1_1_forward.py": b"def same(x):\n    return x\n"}
    )
    with Remote.start(staged, limits=Limits(restarts=1)) as remote:
        assert remote.call(HOSTILE, "elsewhere") == 1
        with pytest.raises(Missing, match=r"part_a/s1_1_forward\.py is not there"):
            remote.call(FORWARD, "same", [1])
        with pytest.raises(Crashed):
            remote.call(HOSTILE, "exit_now")
        with pytest.raises(Missing):
            remote.call(HOSTILE, "environment")


def test_after_too_many_restarts_every_call_fails_at_once(staged: Path) -> None:
    with Remote.start(staged, limits=Limits(restarts=0)) as remote:
        with pytest.raises(Crashed, match="exit status 7"):
            remote.call(HOSTILE, "exit_now")
        with pytest.raises(Crashed, match=r"not called, because .* 1 times before.*exit status 7"):
            remote.call(FORWARD, "same", [1])


def test_closing_leaves_no_process_and_no_file(staged: Path) -> None:
    remote = Remote.start(staged)
    pid = remote.call(HOSTILE, "group")
    home = Path(remote.call(HOSTILE, "environment")["HOME"])
    assert running(pid)
    assert home.is_dir()
    remote.close()
    remote.close()
    assert not running(pid)
    assert not home.parent.exists()


@pytest.mark.parametrize("program", ["/bin/false", "/no/such/python"])
def test_a_worker_that_cannot_start_is_our_error(
    staged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = os.listdir("/proc/self/fd")
    with pytest.raises(LinkError, match="cannot start"):
        Remote.start(staged)
    assert os.listdir("/proc/self/fd") == before
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "exit status 0"),
        (3, "exit status 3"),
        (-11, "SIGSEGV: it recursed"),
        (-9, "SIGKILL"),
        (-63, "signal 63"),
    ],
)
def test_an_ending_in_words(status: int, words: str) -> None:
    assert words in ending(status)
