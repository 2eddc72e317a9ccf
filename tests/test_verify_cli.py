"""``anbao verify`` and ``anbao log``: exit status 0 sound, 1 tampered with the place stated, 2 used wrongly."""

from pathlib import Path

import pytest

import anbao
from anbao.cli.root import run
from anbao.store import open_store
from anbao.store.bulk import sql


@pytest.fixture
def filled(store_url: str) -> str:
    """A store with a few listings and a checkpoint."""
    with anbao.open(store_url) as platform:
        for number in range(5):
            platform.submit_listing(anbao.Listing(id=f"L{number}", title="登山鞋"))
        platform.checkpoint()
    return store_url


def written(capfd: pytest.CaptureFixture[str], path: Path, *arguments: str) -> Path:
    """What a command prints, in a file."""
    capfd.readouterr()
    assert run(list(arguments)) == 0
    path.write_text(capfd.readouterr().out, encoding="utf-8")
    return path


def change(url: str, statement: str) -> None:
    store = open_store(url)
    with store.write() as conn:
        sql(conn, statement)
    store.close()


def test_a_sound_store_directory_and_receipt(filled: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    key = str(written(capfd, tmp_path / "key.txt", "log", "key", "--store", filled))
    earlier = str(written(capfd, tmp_path / "earlier.txt", "log", "checkpoint", "--store", filled))
    receipt = str(written(capfd, tmp_path / "receipt.json", "log", "receipt", "6", "--store", filled))
    public = str(tmp_path / "public")
    assert run(["log", "export", public, "--store", filled]) == 0
    assert run(["verify", "--store", filled, "--key", key, "--checkpoint", earlier]) == 0
    assert run(["verify", "--log", public, "--key", key, "--checkpoint", earlier]) == 0
    assert run(["verify", "--receipt", receipt, "--key", key]) == 0
    data = Path(receipt).read_text(encoding="utf-8")
    Path(receipt).write_text(data.replace("登山鞋", "登山靴"), encoding="utf-8")
    assert run(["verify", "--receipt", receipt, "--key", key]) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET kind = 'listing.decided' WHERE idx = 6",
        "DELETE FROM entry WHERE idx = 6",
        "DELETE FROM entry WHERE idx > 6",
        "UPDATE checkpoint SET note = replace(note, 'anbao.local', 'anbao.lokal')",
    ],
)
def test_a_changed_store_is_status_1_and_says_where(
    filled: str, statement: str, capfd: pytest.CaptureFixture[str]
) -> None:
    change(filled, statement)
    capfd.readouterr()
    assert run(["verify", "--store", filled]) == 1
    assert "✗" in capfd.readouterr().out
    assert run(["verify", "--store", filled, "--json"]) == 1


def test_a_cut_and_signed_again_store_is_found_with_an_earlier_checkpoint(
    filled: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    earlier = str(written(capfd, tmp_path / "earlier.txt", "log", "checkpoint", "--store", filled))
    fresh = f"sqlite:///{tmp_path / 'other.db'}"
    anbao.open(fresh).close()
    assert run(["verify", "--store", fresh, "--checkpoint", earlier]) == 1


def test_what_is_not_there_is_status_2(tmp_path: Path) -> None:
    assert run(["verify", "--store", f"sqlite:///{tmp_path / 'none.db'}"]) == 2
    assert run(["verify", "--log", str(tmp_path / "none")]) == 2
    assert run(["verify", "--receipt", str(tmp_path / "none")]) == 2
    assert run(["verify", "--nonsense"]) == 2
    assert run(["verify", "--store", "nonsense://x"]) == 2
