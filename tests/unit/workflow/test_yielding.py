"""On a device that both would use, a proposal goes before learning."""

from dataclasses import dataclass, field

import pytest

from unet_studio.workflow import yielding


@dataclass(eq=False)
class Run:
    words: list[str] = field(default_factory=list)

    def pause(self) -> None:
        self.words.append("pause")

    def resume(self) -> None:
        self.words.append("go")


def test_learning_steps_back_while_a_picture_is_proposed():
    run = Run()
    with yielding.learning(run):
        with yielding.before_learning("cuda"):
            assert run.words == ["pause"]
        assert run.words == ["pause", "go"]


def test_it_goes_on_only_after_the_last_of_several_proposals():
    run = Run()
    with yielding.learning(run):
        with yielding.before_learning("cuda"):
            with yielding.before_learning("cuda"):
                pass
            assert run.words == ["pause"]
        assert run.words == ["pause", "go"]


def test_a_proposal_that_fails_lets_learning_go_on():
    run = Run()
    with yielding.learning(run):
        with pytest.raises(RuntimeError), yielding.before_learning("cuda"):
            raise RuntimeError
        assert run.words == ["pause", "go"]


def test_on_the_cpu_nobody_waits():
    run = Run()
    with yielding.learning(run), yielding.before_learning("cpu"):
        pass
    assert run.words == []


def test_a_run_that_has_ended_hears_nothing():
    run = Run()
    with yielding.learning(run):
        pass
    with yielding.before_learning("cuda"):
        pass
    assert run.words == []
