"""Removal that is killed goes on where it stood: each listing goes once."""

import time
from collections import Counter
from pathlib import Path

import pytest

from anbao.model.events.investigate import ListingMatchedHazard
from anbao.model.hazard import MatchRecord
from anbao.platform import open_platform
from anbao.simulator.receiver import receiving
from helpers import connect, delivering, seeded
from removal_steps import confirm_hazard, entries, measures, sound


@pytest.mark.slow
def test_killed_during_a_bulk_takedown_each_listing_goes_once(store_url: str, tmp_path: Path) -> None:
    dice = seeded("killed during a takedown")
    wanted = [f"L{n}" for n in range(120)]
    with receiving() as receiver:
        with open_platform(store_url) as platform:
            connect(platform, receiver)
            confirm_hazard(platform)
            match = MatchRecord(certainty="certain", reasons=(), screened=0, severity=4, sweep="S1")
            found = [
                ListingMatchedHazard(hazard="H1", listing=one, merchant=f"M{n}", record=match)
                for n, one in enumerate(wanted)
            ]
            platform.run(lambda work: work.append_all(found, actor="sweep"))
        kills, status = 0, -1
        while status != 0:
            running = delivering(store_url, tmp_path / "log.txt")
            assert running.stdout
            running.stdout.readline()
            if kills < 3:
                time.sleep(dice.uniform(0.0, 0.6))
                running.kill()
                kills += 1
            status = running.wait(timeout=100)
            running.stdout.close()
    downs = receiver.topics("listing.takedown")
    assert Counter(one.payload["subjects"]["listing"] for one in downs) == Counter(wanted)
    assert {one.key for one in receiver.received} == set(receiver.done)
    with open_platform(store_url) as platform:
        assert Counter(one.listing for one in measures(platform, kind="takedown", state="confirmed")) == Counter(wanted)
        assert len(entries(platform, "violation.found")) == len(wanted)
        assert entries(platform, "hazard.removed")[-1].body["listings"] == len(wanted)
        sound(platform)
