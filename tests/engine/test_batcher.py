"""Batches: at most 20, one anomaly each, just in time, and no more bytes than a URL's life can take."""

import math
import random
from dataclasses import dataclass
from itertools import chain
from types import SimpleNamespace
from typing import cast

import pytest

from tests.engine.values import a_source, an_upload
from uploader_gui.engine.context import EngineContext
from uploader_gui.engine.models import Upload, UploadId, UploadState
from uploader_gui.engine.registration.batches import (
    MAX_AHEAD,
    Batcher,
    LookAhead,
    bytes_ahead,
    files_ahead,
    files_lasting,
)
from uploader_gui.engine.transfer.limits import Slots

ROOM = 1e12


def uploads(count: int, anomaly_id: str = "1", size: int = 1_000) -> list[Upload]:
    return [an_upload(anomaly_id, source=a_source(size=size)) for _ in range(count)]


def ids(batch: list[Upload]) -> list[UploadId]:
    return [upload.upload_id for upload in batch]


def take(
    batcher: Batcher, *, files: int = MAX_AHEAD, size: float = ROOM, at_least: int = 0, whole: bool = False
) -> list[Upload]:
    return batcher.next_batch(files=files, size=size, at_least=at_least, whole=whole)


def filled(*drops: list[Upload]) -> Batcher:
    batcher = Batcher()
    for drop in drops:
        batcher.add(drop)
    return batcher


def test_45_files_are_20_20_and_5_in_their_order() -> None:
    dropped = uploads(45)
    batcher = filled(dropped)
    batches = [ids(take(batcher)) for _ in range(4)]
    assert [len(batch) for batch in batches] == [20, 20, 5, 0]
    assert list(chain.from_iterable(batches)) == ids(dropped)
    assert len(batcher) == 0


def test_what_was_cancelled_and_wanted_again_while_it_waited_is_in_no_batch_twice() -> None:
    first, second = uploads(2)
    batcher = filled([first, second], [first, second])
    assert len(batcher) == 2
    batcher.put_back([first])
    assert ids(take(batcher)) == [first.upload_id, second.upload_id]
    batcher.put_back([first])
    batcher.add([second, first])
    assert ids(take(batcher)) == [second.upload_id, first.upload_id]


def test_while_a_drop_is_still_being_walked_only_whole_batches_go() -> None:
    batcher = filled(uploads(19))
    assert take(batcher, whole=True) == []
    batcher.add(uploads(26))
    assert [len(take(batcher, whole=True)) for _ in range(3)] == [20, 20, 0]
    assert len(take(batcher)) == 5
    others = filled(uploads(3, "1"), uploads(20, "2"))
    assert {u.anomaly_id for u in take(others, whole=True)} == {"2"}
    assert take(others, whole=True) == []


def test_no_more_files_go_than_begin_while_their_links_live_but_for_idle_slots() -> None:
    batcher = filled(uploads(20))
    batches = [
        batcher.next_batch(files=MAX_AHEAD, size=ROOM, at_least=at_least, whole=False, lasting=lasting)
        for lasting, at_least in ((5.5, 0), (0.0, 0), (-3.0, 2), (math.inf, 0))
    ]
    assert [len(batch) for batch in batches] == [5, 0, 2, 13]


def test_a_quarter_of_a_links_life_bounds_how_many_files_and_bytes_a_slow_storage_gets_ahead() -> None:
    assert files_lasting(2.0, url_life=10.0) == 5.0
    assert files_lasting(2.0, url_life=0.0) == files_lasting(0.0, url_life=10.0) == math.inf
    assert bytes_ahead(1_000.0, url_life=400.0) == 100_000.0
    assert bytes_ahead(0.0, url_life=400.0) == bytes_ahead(5e6, url_life=400.0)
    assert bytes_ahead(1_000.0, url_life=0.0) == 225_000.0


def test_a_batch_holds_one_anomaly() -> None:
    batcher = filled(uploads(3, "1"), uploads(3, "2"), uploads(3, "1"))
    assert [{u.anomaly_id for u in take(batcher)} for _ in range(2)] == [{"1"}, {"2"}]
    assert len(batcher) == 0


def test_what_was_handed_back_goes_first_with_its_anomaly() -> None:
    first, later = uploads(5), uploads(30)
    batcher = filled(later)
    batcher.put_back(first)
    assert ids(take(batcher)) == ids(first + later[:15])
    batcher.put_back(uploads(2, "2"))
    assert [[u.anomaly_id for u in take(batcher)] for _ in range(2)] == [["2"] * 2, ["1"] * 15]


def test_an_anomaly_that_had_its_turn_comes_after_one_that_waits_when_it_is_given_more() -> None:
    batcher = filled(uploads(3, "1"))
    take(batcher)
    batcher.add(uploads(3, "2"))
    batcher.add(uploads(3, "1"))
    assert {upload.anomaly_id for upload in take(batcher)} == {"2"}


def test_a_batch_that_finds_no_room_waits_for_it() -> None:
    batcher = filled(uploads(25))
    assert take(batcher, files=19) == []
    assert len(take(batcher, files=20)) == 20
    assert take(batcher, files=4) == []
    assert len(take(batcher, files=5)) == 5


def test_large_files_make_smaller_batches_which_are_whole_ones() -> None:
    batcher = filled(uploads(10, size=100))
    assert [len(take(batcher, size=size, whole=True)) for size in (350, 300, 299)] == [3, 3, 2]
    assert [len(take(batcher, size=350, whole=whole)) for whole in (True, False)] == [0, 2]


def test_a_file_too_large_for_the_room_goes_where_a_slot_would_stand_idle() -> None:
    batcher = filled(uploads(3, size=10_000))
    assert take(batcher, size=100) == []
    assert len(take(batcher, size=100, at_least=2)) == 2
    assert len(take(batcher, size=-5_000, at_least=1)) == 1
    assert len(take(filled(uploads(30)), at_least=30)) == 20


def test_a_cancelled_upload_is_taken_out_wherever_it_waits() -> None:
    waiting, returned = uploads(3), uploads(3)
    batcher = filled(waiting)
    batcher.put_back(returned)
    for gone in (waiting[1], returned[1], an_upload()):
        batcher.discard(gone)
    assert len(batcher) == 4
    assert ids(take(batcher)) == ids([returned[0], returned[2], waiting[0], waiting[2]])


@pytest.mark.parametrize(
    ("rate", "took", "ahead"),
    [
        (0.0, 0.0, 40), (0.0, 9.0, 40), (0.1, 1.0, 40), (10.0, 1.0, 40), (20.0, 1.0, 60), (50.0, 1.0, 120),
        (100.0, 0.9, 200), (1_000.0, 5.0, 200),
    ],
)  # fmt: skip
def test_the_reserve_lasts_twice_a_registration_and_is_bounded(rate: float, took: float, ahead: int) -> None:
    assert files_ahead(rate, registration_seconds=took) == ahead


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_asked_for_every_upload_goes_exactly_once(seed: int) -> None:
    chance = random.Random(seed)
    batcher, gone = Batcher(), []
    waiting: dict[UploadId, Upload] = {}
    for _ in range(60):
        new = [an_upload(chance.choice("123"), source=a_source(size=chance.choice((1, 10, 10**6)))) for _ in range(9)]
        chance.choice((batcher.add, batcher.put_back))(new)
        waiting |= {upload.upload_id: upload for upload in new}
        files, size, at_least = chance.randint(-5, 40), chance.choice((-1.0, 50.0, ROOM)), chance.randint(0, 6)
        batch = take(batcher, files=files, size=size, at_least=at_least, whole=chance.random() < 0.5)
        assert len(batch) <= max(0, min(20, files))
        assert len({upload.anomaly_id for upload in batch}) <= 1
        assert sum(upload.source.size for upload in batch) <= size or len(batch) <= at_least
        gone += ids(batch)
    while batch := take(batcher):
        gone += ids(batch)
    assert sorted(gone) == sorted(waiting)
    assert len(batcher) == 0


def marked(unknown: int) -> Upload:
    upload = an_upload("1", source=a_source(size=1_000))
    upload.may_be_registered_twice, upload.unknown_registrations = True, unknown
    return upload


def test_a_probe_asks_for_what_loses_least_by_it() -> None:
    plain, lasts, spent, spare, fresh = an_upload("1"), marked(2), marked(5), marked(1), marked(0)
    batcher = filled([plain, lasts, spent, spare, fresh])
    assert [ids(batcher.next_probe())[0] for _ in range(5)] == ids([fresh, spare, lasts, plain, spent])
    assert (batcher.next_probe(), len(batcher)) == ([], 0)


def test_a_file_whose_outcome_is_unknown_is_registered_alone() -> None:
    first, second, third = uploads(3)
    doubtful = marked(1)
    batcher = filled([first, doubtful, second, third])
    assert [ids(take(batcher)) for _ in range(2)] == [ids([first, second, third]), ids([doubtful])]
    known = marked(1)
    known.url_given_out = True
    assert len(take(filled([first, known, second]))) == 3


@dataclass
class Ahead:
    """What a look-ahead reads: how much is registered ahead, how many slots there are, and how fast things go."""

    files: int = 0
    size: int = 0
    width: int = 6
    bytes_rate: float = 0.0
    files_rate: float = 0.0

    def count(self, *_: UploadState) -> int:
        return self.files

    def bytes_in(self, *_: UploadState) -> int:
        return self.size

    def rates(self, _: float) -> tuple[float, float]:
        return self.bytes_rate, self.files_rate


def look_ahead(ahead: Ahead, batcher: Batcher) -> LookAhead:
    parts = SimpleNamespace(batcher=batcher, store=ahead, meter=ahead, slots=Slots(ahead.width))
    return LookAhead(cast(EngineContext, parts))


@pytest.mark.parametrize(
    ("ahead", "url_life", "taken"),
    [
        (Ahead(files=20), None, 20),
        (Ahead(files=21), None, 0),
        (Ahead(files=4, size=3_000, bytes_rate=1_000.0, width=0), 40.0, 7),
        (Ahead(files=4, size=90_000, bytes_rate=1_000.0, width=6), 40.0, 2),
        (Ahead(files=9, size=90_000, bytes_rate=1_000.0, width=6), 40.0, 0),
        (Ahead(files=4, files_rate=1.0, width=0), 40.0, 6),
    ],
    ids=["room for a batch", "no room", "bytes", "idle slots", "no idle slot", "files while links live"],
)
def test_what_is_registered_already_leaves_less_room_ahead(ahead: Ahead, url_life: float | None, taken: int) -> None:
    looking = look_ahead(ahead, filled(uploads(20)))
    looking.note_lifetime(url_life)
    looking.note_lifetime(None)
    assert len(looking.next_batch(whole=False)) == taken


def test_a_small_batch_overtakes_none_that_keeps_every_slot_busy() -> None:
    for calls, files, taken in ((0, 20, 5), (1, 6, 0), (1, 5, 5)):
        looking = look_ahead(Ahead(files=files, width=6), filled(uploads(5)))
        looking.calls = calls
        assert len(looking.next_batch(whole=False)) == taken


def test_calls_are_halved_when_the_service_is_asked_too_much_and_grow_by_one_with_each_answer() -> None:
    looking = look_ahead(Ahead(), Batcher())

    def most(*, offline: bool = False) -> int:
        for looking.calls in range(10):
            if not looking.may_call(offline=offline):
                return looking.calls
        raise AssertionError("there is no end")

    assert (most(), most(offline=True)) == (8, 1)
    looking.answered(1.0)
    assert most() == 8
    looking.calls = 7
    looking.slow_down(0.0)
    assert most() == 3
    looking.answered(1.0)
    assert most() == 4
    looking.calls = 1
    looking.slow_down(0.0)
    assert most() == 1
    looking.slow_down(3600.0)
    looking.slow_down(0.0)
    assert most() == 0
