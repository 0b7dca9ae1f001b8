"""A whole fine-tune of a tiny network, in this process and in the real child."""

import json
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from training.checkpoint import ModelFile, load_model, save_model
from training.finetune import Lesson
from training.networks import build
from training.preprocess import InputSpec
from unet_studio.core.errors import UserError
from unet_studio.learning import exam
from unet_studio.learning.course import take_course
from unet_studio.learning.desk import Desk
from unet_studio.learning.job import BEGIN, CANDIDATE, PARENT, item_from, read_job
from unet_studio.learning.messages import Progress, parse_progress
from unet_studio.learning.runner import Run


@pytest.fixture(autouse=True)
def one_thread(monkeypatch):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr("unet_studio.learning.plan.threads_for", lambda processors: 1)
    monkeypatch.setattr("unet_studio.learning.plan.steps_for", lambda lessons: 40)
    yield
    torch.set_num_threads(before)


def take(folder, seconds=120.0):
    said: list[Progress] = []
    result = take_course(read_job(folder), folder, time.monotonic() + seconds, said.append)
    json.dumps(result, allow_nan=False)
    return result, said


def dice_on(path, items):
    network, about = load_model(path)
    return exam.mean_dice(exam.sit(network, items, "cpu", about), items, about.threshold)


def test_eight_films_of_another_convention_go_live(make_job, make_item):
    folder = make_job([make_item(seed, gate=seed < 2) for seed in range(8)])
    unseen = [make_item(seed) for seed in range(50, 62)]
    result, said = take(folder)
    assert result["verdict"]["promoted"], result["verdict"]["reason"]
    assert "weak evidence by cross-validation, n = 8" in result["verdict"]["reason"]
    assert dice_on(folder / CANDIDATE, unseen) > dice_on(folder / PARENT, unseen) + 0.05
    assert result["learned"] == [f"#{n}" for n in range(2, 8)]
    assert result["verdict"]["metrics"]["rounds"] == 3
    assert {one.phase for one in said} == {"comparing", "rehearsing", "judging"}
    assert any(one.held_out_dice is not None for one in said)
    assert all(one.step <= one.steps for one in said)
    assert all(parse_progress(one.line().encode()) == one for one in said)


def test_five_gate_groups_judge_the_candidate_itself(make_job, make_item):
    folder = make_job([make_item(seed, gate=seed < 5) for seed in range(11)])
    result, said = take(folder)
    metrics = result["verdict"]["metrics"]
    assert result["verdict"]["promoted"], result["verdict"]["reason"]
    assert metrics["method"] == "gate"
    assert not metrics["weak"]
    assert metrics["rounds"] == 2
    assert {row["name"] for row in metrics["per_picture"]} == {f"#{n}" for n in range(5)}
    assert "learning" in {one.phase for one in said}


def test_swapped_masks_do_not_go_live(make_job, make_item, make_film):
    masks = [make_film(seed)[2] for seed in range(8)]
    folder = make_job([make_item(seed, mask=masks[(seed + 3) % 8]) for seed in range(8)], least=0.1)
    result, _ = take(folder)
    assert not result["verdict"]["promoted"]
    assert "contradict" in result["verdict"]["reason"]


def test_films_that_the_parent_gets_right_do_not_make_it_worse(make_job, make_item):
    folder = make_job([make_item(seed, wide=False) for seed in range(8)])
    unseen = [make_item(seed, wide=False) for seed in range(50, 62)]
    result, _ = take(folder)
    gain = dice_on(folder / CANDIDATE, unseen) - dice_on(folder / PARENT, unseen)
    assert not result["verdict"]["promoted"] or gain > -0.001


def test_corrections_accepted_unchanged_decide_nothing(make_job, make_item):
    items = [make_item(seed, wide=False, changed=False) for seed in range(6)]
    result, _ = take(make_job(items))
    assert not result["verdict"]["promoted"]
    assert result["verdict"]["metrics"]["unchanged"] == 6


@pytest.mark.parametrize(("count", "gate"), [(1, 0), (2, 0), (3, 2)])
def test_a_few_films_give_a_candidate(make_job, make_item, count, gate):
    folder = make_job([make_item(seed, gate=seed < gate) for seed in range(count)])
    result, _ = take(folder)
    assert result["candidate"]
    assert (folder / CANDIDATE).is_file()
    assert result["verdict"]["promoted"] is False or count == 3


@pytest.mark.parametrize("count", [0, 3])
def test_nothing_to_learn_from_is_no_failure(make_job, make_item, count):
    result, _ = take(make_job([make_item(seed, gate=True) for seed in range(count)]))
    assert result["candidate"] is False
    assert result["failed"] == ""
    assert "nothing to learn from" in result["verdict"]["reason"]


def test_earlier_corrections_and_anchors_are_replayed(make_job, make_item):
    items = [make_item(seed, fresh=seed > 3) for seed in range(8)]
    anchors = [make_item(seed).picture for seed in range(70, 73)]
    result, _ = take(make_job(items, anchors=anchors))
    assert result["candidate"]


def test_frames_of_one_video_are_never_on_both_sides(make_job, make_item):
    from dataclasses import replace

    from unet_studio.learning.plan import make_course

    items = [replace(make_item(seed), group=f"video {seed % 4}") for seed in range(12)]
    course = make_course(items, 0)
    assert len(course.rounds) == 3
    for one in course.rounds:
        assert not {item.group for item in one.lessons} & {item.group for item in one.held_out}
    assert sorted(item.name for item in course.held_out) == sorted(item.name for item in items)


def test_the_gate_is_never_learned_from(make_item):
    from unet_studio.learning.plan import make_course

    for gates in range(9):
        course = make_course([make_item(seed, gate=seed < gates) for seed in range(8)], 1)
        learned = {item.name for one in course.rounds for item in one.lessons}
        assert learned == {f"#{n}" for n in range(gates, 8)}


def test_too_little_time_is_one_sentence(make_job, make_item):
    with pytest.raises(UserError, match="not enough time"):
        take(make_job([make_item(seed) for seed in range(4)]), seconds=0.5)


def test_a_parent_that_is_no_model_is_one_sentence(make_job, make_item):
    folder = make_job([make_item(0)])
    (folder / PARENT).write_bytes(b"no model")
    with pytest.raises(UserError):
        take(folder)


def test_the_real_child_learns_within_its_budget(make_job, make_item):
    folder = make_job([make_item(seed) for seed in range(8)])
    said, outcomes = [], []
    run = Run(folder, 60.0, said.append, outcomes.append)  # it needs 10; loading alone takes 20 on a busy machine
    run.start()
    assert run.wait(90)
    (outcome,) = outcomes
    assert not outcome.failed, (folder / "child.log").read_text()
    assert outcome.verdict is not None
    assert outcome.seconds < 60
    assert outcome.candidate == folder / CANDIDATE
    assert outcome.metrics["mix"] > 0
    assert "CPU" in outcome.device
    assert [one.phase for one in said][:2] == ["loading", "comparing"]
    assert np.isfinite([one.loss for one in said if one.loss is not None]).all()


def test_where_time_is_short_the_newest_corrections_get_their_bands(make_job, make_item, monkeypatch):
    """Six in the gate, ten learned from before, two fresh ones, oldest first; there is time for three pictures."""
    seen: list[Lesson] = []

    def finetune(job, *_rest):
        seen.extend(job.lessons)
        raise Stopped

    class Stopped(Exception):
        pass

    monkeypatch.setattr(Desk, "seconds_left", property(lambda _desk: 4 * 350.0))  # a quarter of it is for examining
    monkeypatch.setattr(Desk, "seconds_per_examinee", property(lambda _desk: 100.0))
    monkeypatch.setattr("unet_studio.learning.course.finetune", finetune)
    items = [make_item(seed, gate=seed < 6, fresh=seed >= 16) for seed in range(18)]
    folder = make_job(items)
    with pytest.raises(Stopped):
        take(folder)
    weighed = {one.picture.tobytes() for one in seen if one.weight is not None}
    bands = [number for number, item in enumerate(items) if item.picture.tobytes() in weighed]
    assert bands == [15, 16, 17]


@pytest.mark.parametrize(("wide", "used"), [(True, 0), (False, 3)])
def test_anchors_count_only_where_the_parent_is_mostly_right(make_job, make_item, monkeypatch, wide, used):
    from unet_studio.learning import course

    seen = []
    real = course.finetune
    monkeypatch.setattr(course, "finetune", lambda job, *rest: seen.append(len(job.anchors)) or real(job, *rest))
    anchors = [make_item(seed).picture for seed in range(70, 73)]
    take(make_job([make_item(seed, wide=wide) for seed in range(4)], anchors=anchors))
    assert set(seen) == {used}


def test_an_unpadded_network_is_examined_over_the_whole_picture(make_film):
    image, disc, _ = make_film(1)
    torch.manual_seed(0)
    network = build({"name": "unet-2015", "channels": 1, "widths": [4, 6]})
    tall = replace(image, pixels=np.ascontiguousarray(image.pixels[:, :60]))
    about = ModelFile(Path("classic"), {}, InputSpec(size=41, channels=1, multiple=1), "lung")
    one = item_from(tall, disc[:, :60], about.input, name="#1", group="g1", gate=False)
    found = exam.sit(network, [one], "cpu", about)["#1"]
    assert found.shape == one.mask.shape == (41, 26)
    assert not network.training


def test_every_round_says_what_it_came_to(make_job, make_item):
    _, said = take(make_job([make_item(seed) for seed in range(6)]))
    assert {(one.round, one.rounds) for one in said if one.phase == "rehearsing"} == {(n, 3) for n in (1, 2, 3)}
    for number in (1, 2, 3):
        last = [one for one in said if one.round == number and one.phase == "rehearsing"][-1]
        assert last.held_out_dice is not None
        assert last.parent_dice is not None
    assert all(one.memory_bytes is None or one.memory_bytes > 10**7 for one in said)


def test_the_gate_is_examined_after_each_round(make_job, make_item):
    _, said = take(make_job([make_item(seed, gate=seed < 5) for seed in range(9)]))
    ends = [[one for one in said if one.round == number and one.phase == "learning"][-1] for number in (1, 2)]
    assert all(one.held_out_dice > one.parent_dice for one in ends)


def test_learning_waits_for_its_turn_between_steps(make_job, make_item):
    folder, turns, said = make_job([make_item(seed) for seed in range(4)], most_steps=9), [], []
    take_course(read_job(folder), folder, time.monotonic() + 60, said.append, lambda: turns.append(len(said)))
    steps = [one.step for one in said if one.phase == "rehearsing"]
    assert max(steps) == 9
    assert len(set(turns)) >= 9


@pytest.mark.parametrize("gate", [0, 5])
def test_from_scratch_the_candidate_has_its_own_weights(make_job, make_item, gate):
    folder = make_job([make_item(seed, gate=seed < gate) for seed in range(4 + gate)], begin_from="scratch")
    result, _ = take(folder)
    metrics = result["verdict"]["metrics"]
    assert (metrics["mix"], metrics["rounds"], metrics["begin_from"]) == (1.0, 4 if gate == 0 else 1, "scratch")
    parent, candidate = (load_model(folder / name)[0].state_dict() for name in (PARENT, CANDIDATE))
    assert not torch.equal(parent["down.0.1.running_mean"], candidate["down.0.1.running_mean"])
    assert candidate["down.0.1.running_mean"].abs().max() > 0  # they begin at 0


def test_begun_with_another_version_it_is_compared_with_the_active_one(make_job, make_item, parent, tmp_path):
    network, about = load_model(parent)
    for value in network.parameters():
        value.data.mul_(0.0)
    other = tmp_path / "other.safetensors"
    save_model(network.state_dict(), replace(about, path=other))
    items = [make_item(seed) for seed in range(4)]
    plain, _ = take(make_job(items, most_steps=3))
    begun = make_job(items, most_steps=3, begin_from="bundled")
    shutil.copyfile(other, begun / BEGIN)
    result, _ = take(begun)
    before = [one["verdict"]["metrics"]["parent_dice"] for one in (plain, result)]
    assert before[0] == before[1] > 0.3
    assert result["verdict"]["metrics"]["candidate_dice"] < plain["verdict"]["metrics"]["candidate_dice"]


def test_another_network_to_begin_with_is_one_sentence(make_job, make_item, tmp_path, parent):
    folder = make_job([make_item(seed) for seed in range(4)], begin_from="bundled")
    architecture = {"name": "unet", "channels": 1, "widths": [4, 8]}
    about = replace(load_model(parent)[1], path=folder / BEGIN, architecture=architecture)
    save_model(build(architecture).state_dict(), about)
    with pytest.raises(UserError, match="another network"):
        take(folder)


def test_two_conventions_that_pictures_do_not_tell_apart_are_said(make_job, make_item):
    """The same films, half of them with the disc alone, as the parent marks it, half with disc and ring."""
    items = [make_item(seed, wide=seed % 2 == 0) for seed in range(16)]
    result, _ = take(make_job(items, least=0.5))
    verdict = result["verdict"]
    assert not verdict["promoted"]
    assert "two conventions" in verdict["reason"], verdict["reason"]
    assert verdict["metrics"]["kinds"][0]["loses"]
