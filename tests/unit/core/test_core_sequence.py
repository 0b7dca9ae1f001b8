"""Which cases are frames of one video, in which order, and the span of them that is worked on."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.core.case import Case, Status
from unet_studio.core.sequence import Span, frames_of, key, number, within


def case(path: str, number: int = 1, frame: int = 0, frames: int = 1, status: Status = Status.NEW) -> Case:
    return Case(number, path, frame, frames, path.rsplit("/", 1)[-1], status, None, "")


def files(*paths: str) -> list[Case]:
    return [case(path, at) for at, path in enumerate(paths)]


def test_numbered_files_of_a_folder_are_one_sequence_in_the_order_of_their_numbers() -> None:
    cases = files("/v/f10.png", "/v/f9.png", "/v/f010b.png", "/w/f11.png", "/v/f8.jpg", "/v/g1.png", "/v/f2.png")
    assert [one.path for one in frames_of(cases, cases[0])] == ["/v/f2.png", "/v/f9.png", "/v/f10.png"]
    assert frames_of(cases, cases[3]) == [cases[3]]


def test_numbered_radiographs_are_no_sequence() -> None:
    films = [replace(one, target="lung") for one in files("/v/f1.png", "/v/f2.png")]
    frames = [replace(one, target="polyp") for one in films]
    assert frames_of(films, films[0]) == films[:1]
    assert frames_of(frames, frames[0]) == frames


def test_only_the_last_number_of_the_name_counts() -> None:
    cases = files("/v/patient1_2.png", "/v/patient2_1.png", "/v/patient1_1.png", "/1/f.png", "/2/f.png", "/v/a.jp2")
    assert [one.path for one in frames_of(cases, cases[0])] == ["/v/patient1_1.png", "/v/patient1_2.png"]
    assert [key(one) for one in cases[3:]] == ["", "", ""]
    assert frames_of(cases, cases[3]) == [cases[3]]


def test_frames_of_a_file_are_counted_from_1_and_apart_from_its_neighbours() -> None:
    cine = [case("/v/cine1.dcm", at, at, 3) for at in range(3)]
    other = [case("/v/cine2.dcm", 9, 0, 2)]
    assert [number(one) for one in frames_of([*other, *cine[::-1]], cine[1])] == [1, 2, 3]


def test_a_frame_that_was_worked_on_stays_whatever_the_span() -> None:
    cine = [case("/v/c.dcm", at, at, 10, Status.LATER if at == 2 else Status.PROPOSED) for at in range(10)]
    other = [case("/v/f1.png", 99)]
    shown = within([*cine, *other], {"/v/c.dcm": Span(4, 9, 2)})
    assert [(one.path, number(one)) for one in shown[:-1]] == [("/v/c.dcm", at) for at in (3, 4, 6, 8)]
    assert shown[-1] == other[0]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 45), st.integers(1, 45), st.integers(1, 9))
def test_a_span_is_every_nth_from_first_to_last(count: int, first: int, last: int, every: int) -> None:
    cine = [case("/v/c.dcm", at, at, count) for at in range(count)]
    chosen = Span(first, last, every).chosen(cine)
    assert [number(one) for one in chosen] == list(range(first, min(last, count) + 1, every))
