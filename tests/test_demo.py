"""What the demo promises a visitor: forged, disguised and hidden is caught, the harmless passes, each with why."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from anbao.cli.demo import print_all
from anbao.cli.demo.printer import DemoPrinter
from anbao.law.pack import default_pack_path, load_pack
from anbao.platform import open_platform
from anbao.simulator.timestamping import openssl_is_here
from conftest import fresh_database

LISTINGS, SEED = 1_500, 20_261_124


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def output(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """All that a run says, in English, once on each database; PostgreSQL's takes a minute."""
    folder: Path = tmp_path_factory.mktemp("demo")
    url = f"sqlite:///{folder}/demo.db"
    if request.param == "postgresql":
        url = fresh_database(request.getfixturevalue("postgresql_server"))
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANBAO_LANG", "en")
        patch.setenv("ANBAO_STORAGE", f"file://{folder}/objects")
        with open_platform(url) as platform:
            platform.controls.on_schedule = True
            print_all(DemoPrinter(Console(file=said, width=4_000)), platform, folder, LISTINGS, SEED)
            assert not platform.obligation_differences()
    return said.getvalue()


def between(output: str, first: str, then: str) -> list[str]:
    """The decisions of one part, without the lines that only say why."""
    part = output.split(first, 1)[1].split(then, 1)[0]
    return [line for line in part.splitlines()[1:] if re.match(r"  (Passed|Held|Blocked) ", line)]


def test_forged_expired_and_missing_licences_are_shown_with_their_provision(output: str) -> None:
    for fault, decision in (
        ("forged licence", "refused"),
        ("expired licence", "held"),
        ("missing licence", "held"),
    ):
        found = re.search(rf"  {decision} .*\({fault}\)\n.*Food Safety Law \(2025\), art\. 35\(1\)", output)
        assert found, fault


def test_a_word_is_harmless_in_one_title_and_not_in_another(output: str) -> None:
    said = between(output, "The same word, harmless and not", "Dangerous goods in disguise")
    assert [line.split()[0] for line in said] == ["Passed"] * 4 + ["Blocked"] * 2
    assert "says that the substance is not in it" in output


def test_an_order_for_a_blocked_listing_is_refused(output: str) -> None:
    assert re.search(r"  refused .*DEMO-GUN.*\n.*The listing of the order was blocked; E-Commerce Law, art. 29", output)


def test_ten_disguises_are_stopped_and_ten_look_alikes_pass(output: str) -> None:
    caught = between(output, "Dangerous goods in disguise", "Harmless look-alikes")
    assert len(caught) == 10
    assert all(line.startswith(("  Blocked ", "  Held for review ")) for line in caught)
    passed = between(output, "Harmless look-alikes", "A danger in an attribute")
    assert len(passed) == 10
    assert all(line.startswith("  Passed ") for line in passed)


def test_contacts_hidden_in_pictures_are_found(output: str) -> None:
    found = between(output, "A contact hidden", "■")
    assert {line.split()[-1] for line in found} == {"PIC1", "PIC2"}
    assert all(line.startswith(("  Blocked ", "  Held for review ")) for line in found)


def test_the_danger_is_found_everywhere_and_the_seller_named(output: str) -> None:
    assert "8/8 dangerous listings taken down, 4 of them known by their picture only" in output
    assert re.search(r"  Blocked +闪电能量", output)
    assert "15 reached, 2 not" in output
    assert "was informed in writing who sold (Who the seller is): 示例" in output


def test_a_category_that_may_not_be_sold_online_is_shown_with_its_basis(output: str) -> None:
    assert re.search(r"  refused .*\(forbidden category\)\n.*(art\. |not checked against its source)", output)


def test_models_advise_and_people_decide(output: str) -> None:
    [by_model] = between(output, "Its score is one more finding", "An outside moderation model")
    assert by_model.startswith("  Held for review ")
    assert re.search(r"classifier: .*\d+‰ ← .+", output)
    [outside] = between(output, "An outside moderation model", "■")
    assert outside.startswith("  Passed ")
    assert "its flag asks a person, 1 case" in output
    assert re.search(r"蓝冰晶粒 \(6 blocked : 0 passed\)", output)


@pytest.mark.parametrize(
    "evidence",
    [
        r"entries: .*{merchant.registry_answered} \d+.*{merchant.held} \d+.*{merchant.closed} 1",
        r"obligations: Re-verify each merchant at least every six months \d+",
        r"entries: {listing.screened} \d+.*{listing.picture_screened} \d+",
        r"entries: .*{lexicon.activation_refused} 1.*{model.activated} 1.*{moderation.answered} \d+",
        r"entries: {message.screened} \d+\n.*obligations: A person decides on a message",
        r"entries: .*{notice.acknowledged} \d+.*{order.refused} \d+",
        r"entries: .*{control.probed} \d+",
    ],
)
def test_each_part_leaves_entries_and_obligations(output: str, evidence: str) -> None:
    pack = load_pack(default_pack_path())
    assert re.search(re.sub(r"{([\w.]+)}", lambda kind: re.escape(pack.kind(kind[1]).title.en), evidence), output)


def test_every_control_that_a_program_tries_works(output: str) -> None:
    assert re.search(r"controls tried on the real path: (not tried \d+, )?works \d+\n", output)


def test_it_ends_with_what_can_be_proven(output: str) -> None:
    assert "verifies: sound" in output
    assert "made again: the same bytes" in output
    assert "changed to “pass” in a copy: found" in output


def test_it_ends_with_a_pack_a_refused_copy_and_a_person_erased(output: str) -> None:
    end = output.split("Handed to a court", 1)[1]
    assert re.search(r"an evidence pack: \d+ entries, \d+ personal fields disclosed", end)
    assert "verified: sound" in end
    assert "The witness demo.example/witness cosigned the checkpoint" in end
    assert ("Timestamp: these entries existed before" in end) == openssl_is_here()
    assert "with its first page changed: refused, " in end
    assert re.search(r"a complainant is erased on request.*entries verify afterwards: sound", end)
