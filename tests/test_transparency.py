"""The transparency page: what anyone sees, the figures that a platform may publish, the verification of an upload."""

import json

import httpx
import pytest

from anbao.model.complaint import Complaint, Reporter
from anbao.model.events.complaints import ComplaintReceived
from anbao.model.listing import Listing
from anbao.platform import Platform, open_platform
from anbao.prove.figures import DutyMonth
from api_server import served
from helpers import DAY, Clock


def complain(platform: Platform) -> None:
    platform.investigate.complaints.file(
        Complaint(concern="quality", listing="L1", reporter=Reporter(), source="consumer", text="坏了")
    )


def of_duty(platform: Platform, month: str, duty: str) -> DutyMonth:
    [found] = [one for one in platform.figures.figures().duties if (one.month, one.duty) == (month, duty)]
    return found


def test_what_is_owed_is_counted_in_its_month_and_by_what_became_of_it(platform: Platform, clock: Clock) -> None:
    platform.submit_listing(Listing(id="L1", title="登山鞋"))
    complain(platform)
    before = of_duty(platform, "2026-11", "investigate")
    assert before.waiting >= 1
    assert before.missed == 0
    clock.now += 40 * DAY
    platform.advance()
    complain(platform)
    after = of_duty(platform, "2026-11", "investigate")
    assert after.missed == before.waiting
    assert after.owed == before.owed
    assert of_duty(platform, "2026-12", "investigate").waiting >= 1
    counts = {(one.month, one.kind): one.count for one in platform.figures.figures().happened}
    assert counts["2026-11", ComplaintReceived.KIND] == counts["2026-12", ComplaintReceived.KIND] == 1


def test_figures_are_shown_only_where_the_platform_publishes_them(store_url: str) -> None:
    with open_platform(store_url) as platform:
        complain(platform)
    with served(store_url) as server, httpx.Client(base_url=server.url) as anyone:
        page = anyone.get("/public/transparency?lang=en")
        assert "This platform does not publish figures" in page.text
        assert anyone.get("/public/transparency.csv").status_code == 404
        assert anyone.get("/v1/figures").status_code == 401
        assert server.client("read").get("/v1/figures").json()["happened"][0]["count"] == 1
        server.platform.change_parameter("transparency.figures", "published", actor="li")
        assert "complaints received" in anyone.get("/public/transparency?lang=en").text
        assert "收到投诉举报" in anyone.get("/public/transparency?lang=zh").text
        lines = anyone.get("/public/transparency.csv?lang=zh").text.splitlines()
        assert lines[0].lstrip("\ufeff") == "month,duty,owed,met,late,missed,waiting,median_hours"
        assert any("危险排查" in line for line in lines[1:])
        assert "<script" not in page.text
        draft = server.client("officer").get("/v1/figures/2026H2/report?lang=en")
        assert "Transparency report 2026H2 (draft)" in draft.text
        assert server.client("officer").get("/v1/figures/2026/report").status_code == 400


@pytest.fixture
def receipt(store_url: str) -> bytes:
    with open_platform(store_url) as platform:
        index = platform.submit_listing(Listing(id="L1", title="登山鞋")).receipt.entry
        platform.checkpoint()
        with platform.reading() as conn:
            return platform.ledger.receipt(conn, index)


def test_an_uploaded_receipt_or_proof_is_verified(store_url: str, receipt: bytes) -> None:
    with served(store_url) as server, httpx.Client(base_url=server.url) as anyone:
        server.platform.index.commit()
        server.platform.checkpoint()
        absence = server.client("read").get("/v1/absence/listing/L7").content

        def said(data: bytes) -> str:
            answer = anyone.post("/public/transparency/verify?lang=en", files={"file": ("r.json", data)})
            assert answer.status_code == 200
            return answer.text

        assert "✓ sound" in said(receipt)
        assert "none is about listing:L7" in said(absence)
        edited = json.loads(receipt)
        edited["entry"] = edited["entry"].replace("登山鞋", "登山靴")
        assert "✗ the entry does not fit its hash" in said(json.dumps(edited).encode())
        assert "✗ not a receipt" in said(b"<script>alert(1)</script>")
        assert "<script>" not in said(b'{"<script>": 1}')
