"""Keys as values: ready-made sets, changes, what is kept, and what a key press is called."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from unet_studio.core.errors import UserError
from unet_studio.gui import keys
from unet_studio.gui.actions import ACTIONS
from unet_studio.gui.keys import LEFT, RIGHT, Choice
from unet_studio.workflow import hands

IDS = sorted(row.id for row in ACTIONS)
TAKEN = sorted({key for had in keys.ready_made().values() for key in had} - set(keys.FIXED))
NO, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
RIGHT_HALF = set("YUIOPHJKLNM,.[];'/") | {"Enter", "Return", "Backspace", "Del"}
OFTEN = (
    "brush", "eraser", "swap_tool", "pull", "threshold_brush", "propose", "accept", "next", "hide_mask",
    "show_proposal", "brush_larger", "smart_brush", "doubt_next",
)  # fmt: skip


def all_of(had: keys.Keys) -> list[str]:
    return [key for one in had.values() for key in one]


@pytest.mark.parametrize("hand", [RIGHT, LEFT])
def test_a_ready_made_set_has_each_key_once(hand):
    every = all_of(keys.ready_made(hand))
    assert len(every) == len(set(every))
    assert all(key == keys.portable(key) for key in (*every, *keys.FIXED))


def test_the_left_hand_set_brings_what_is_used_often_under_the_right_hand():
    usual, left = keys.ready_made(), keys.ready_made(LEFT)
    for name in OFTEN:
        assert left[name][0] in RIGHT_HALF, name
    assert left["doubt_previous"][0] == f"Shift+{left['doubt_next'][0]}"
    for row in ACTIONS:
        assert bool(left[row.id]) == bool(usual[row.id])
    assert set(all_of(usual)) - {key for pair in keys.LEFT_SWAPS for key in pair} <= set(all_of(left))


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["take", "exchange", "reset", "none"]),
        st.sampled_from(IDS),
        st.sampled_from([*TAKEN, "Q", "Ctrl+Alt+7", "F9"]),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=40)
@given(hand=st.sampled_from([RIGHT, LEFT]), changes=CHANGES)
def test_no_changes_give_two_actions_one_key_and_all_are_kept(hand, changes):
    choice = Choice(hand)
    for verb, name, key in changes:
        now = keys.in_force(choice)
        if verb == "take":
            choice = keys.take(choice, name, (key,))
            assert keys.holder(keys.in_force(choice), key) == name
        elif verb == "exchange" and keys.holder(now, key) not in ("", name) and keys.movable(now[name]):
            choice = keys.exchange(choice, name, key)
            assert sorted(all_of(keys.in_force(choice))) == sorted(all_of(now))
        elif verb == "reset":
            choice = keys.reset(choice, name)
            assert keys.in_force(choice)[name] == keys.ready_made(hand)[name]
        elif verb == "none":
            choice = keys.give(choice, name, ())
        every = all_of(keys.in_force(choice))
        assert len(every) == len(set(every))
    assert keys.in_force(keys.from_json(keys.as_json(choice))) == keys.in_force(choice)


def test_a_command_of_a_later_version_takes_no_key_that_its_reader_gave_away():
    choice = Choice(RIGHT, {"eraser": ("B",)})
    now = keys.in_force(choice)
    assert (now["eraser"], now["brush"]) == (("B",), ())
    assert keys.from_json({"hand": "right", "own": {"eraser": ["B"], "gone": ["Q"]}}) == choice


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"hand": "both", "own": {}},
        {"hand": "right", "own": []},
        {"hand": "right", "own": {"brush": "B"}},
        {"hand": "right", "own": {"brush": [7]}},
        {"hand": "right", "own": {"brush": ["no such key"]}},
        {"hand": "right", "own": {"brush": ["B, C"]}},
        {"hand": "right", "own": {"brush": ["Space"]}},
        {"hand": "right", "own": {"brush": ["Q"], "eraser": ["Q"]}},
    ],
)
def test_what_is_no_set_of_keys_is_refused(value):
    with pytest.raises(ValueError, match="key"):
        keys.from_json(value)


@pytest.mark.parametrize(
    ("key", "modifiers", "text", "said"),
    [
        (Qt.Key.Key_Q, NO, "q", "Q"),
        (Qt.Key.Key_Q, SHIFT, "Q", "Shift+Q"),
        (Qt.Key.Key_Question, SHIFT, "?", "?"),
        (Qt.Key.Key_Plus, CONTROL | SHIFT, "", "Ctrl+Shift++"),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier, "\r", "Enter"),
        (Qt.Key.Key_F9, NO, "", "F9"),
        (Qt.Key.Key_Backtab, SHIFT, "\t", "Shift+Tab"),
        (Qt.Key.Key_Shift, SHIFT, "", ""),
        (Qt.Key.Key_Control, CONTROL, "", ""),
    ],
)
def test_the_name_of_a_key_press(key, modifiers, text, said):
    assert keys.pressed(key, modifiers, text) == said


def test_keys_are_kept_whole_or_not_at_all():
    assert hands.read_keys() is None
    hands.keep_keys({"hand": "left", "own": {}})
    assert hands.read_keys() == {"hand": "left", "own": {}}
    hands.keys_file().write_text('{"hand": "le', encoding="utf-8")
    with pytest.raises(UserError, match="cannot be read"):
        hands.read_keys()


def test_keys_that_cannot_be_kept_are_told_of():
    hands.keys_file().parent.parent.mkdir(exist_ok=True, parents=True)
    hands.keys_file().parent.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(UserError, match=r"keys\.json"):
        hands.keep_keys({})


def test_a_fixed_key_stays_with_the_command_that_the_table_gave_it_to(monkeypatch):
    usual = keys.ready_made() | {"next": ("Right", "N")}
    monkeypatch.setattr(keys, "ready_made", lambda hand=RIGHT: usual)
    choice = keys.give(Choice(), "next", ("Right", "Q"))
    assert keys.from_json(keys.as_json(choice)) == choice
    assert not keys.movable(usual["next"])
    with pytest.raises(ValueError, match="none can have"):
        keys.from_json({"hand": "right", "own": {"previous": ["Right"]}})
