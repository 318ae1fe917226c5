"""What hostile code may read: nothing. The same code without the sandbox shows what the sandbox adds."""

import os

import pytest

THEFT = "s1_1_theft"
FROM_OUTSIDE = (
    "read_the_solutions",
    "read_the_answer_key",
    "read_the_secret",
    "read_other_submissions",
    "read_the_home_folder",
    "read_the_users",
    "import_from_the_repository",
    "follow_the_editable_install",
    "read_others_environments",
    "read_the_parents_descriptors",
    "read_through_a_parents_folder",
    "list_other_processes",
    "trace_a_process",
    "read_memory_by_system_call",
    "find_the_graders_host",
)
FROM_ANYWHERE = (
    "import_from_installed_libraries",
    "read_the_launchers_environment",
    "read_the_parents_memory",
    "use_inherited_descriptors",
    "look_into_the_callers_frames",
    "look_into_the_environment",
)


@pytest.mark.parametrize("attack", [*FROM_OUTSIDE, *FROM_ANYWHERE])
def test_nothing_is_found_and_nothing_gained(walled, loot, graded, responsive, attack: str) -> None:
    assert not loot(walled, THEFT, attack)
    assert graded(walled, THEFT, attack).points == 0
    assert responsive(walled)


@pytest.mark.parametrize("attack", [*FROM_OUTSIDE, *FROM_ANYWHERE])
def test_a_sandbox_without_a_zygote_holds_too(cold, loot, attack: str) -> None:
    assert not loot(cold, THEFT, attack)


@pytest.mark.parametrize("attack", FROM_OUTSIDE)
def test_without_the_sandbox_it_is_found(bare, loot, attack: str) -> None:
    assert loot(bare, THEFT, attack)


def test_what_is_found_in_the_graders_own_process(staged, monkeypatch: pytest.MonkeyPatch) -> None:
    """The searches of frames, objects and environment do find what they look for, where it is there."""
    monkeypatch.setenv("COURSE_SECRET", "open sesame")
    scope: dict[str, object] = {"__name__": "theft"}
    exec((staged / f"course/part_a/{THEFT}.py").read_text(), scope)
    expected = scope["look_into_the_callers_frames"]
    assert "expected" in expected()
    assert scope["look_into_the_environment"]() == ["open sesame"]


def test_only_the_conversation_is_open(walled) -> None:
    """Inside are an empty input, two streams of print, and two ends of the conversation."""
    assert sorted(walled.call(f"part_a.{THEFT}", "open_descriptors")) == ["/dev/null", *["pipe"] * 4]


def test_the_sandbox_has_namespaces_of_its_own(walled) -> None:
    spaces = walled.call(f"part_a.{THEFT}", "namespaces")
    assert len(spaces) == 6
    assert not {name for name, space in spaces.items() if os.readlink(f"/proc/self/ns/{name}") == space}
