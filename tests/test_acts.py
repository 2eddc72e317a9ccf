"""Acts: one declaration gives route, command and method. The examples of ``docs/how-to/extend.md`` are put into a copy
of the program and used as a developer would.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

import anbao
from anbao.api.app import DESCRIPTION
from anbao.cli.root import root
from anbao.engine.acts import Declared, declared
from anbao.engine.work import Work
from anbao.errors import InvalidInput
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.platform import SERVICES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "how-to" / "extend.md").read_text(encoding="utf-8")
ACTS = [one for _, service in SERVICES for one in declared(service)]

USE = """
import json, sys
from pathlib import Path

import anbao
from anbao.api.app import DESCRIPTION
from anbao.cli.root import run
from anbao.model.events.investigate import HazardNoted
from api_server import served

url, answers = sys.argv[1], {}
with anbao.open(url) as platform:
    for name in ("L1", "L2", "L3"):
        platform.submit_listing(anbao.Listing(id=name, title=f"闪电牌充电宝 {name} 20000 毫安时 便携移动电源"))
    answers["python"] = platform.investigate.declare("L1", "外壳起火", actor="li")
    platform.run(lambda work: work.append(HazardNoted(hazard="listing:L1", note="待复核"), actor="li"))
    answers["owed"] = [one.norm for one in platform.obligations(limit=1000) if one.norm == "cn.hazard.note_review"]
with served(url) as server:
    officer, path = server.client("officer"), "/v1/listings/L2/danger"
    answers["http"] = officer.post(path, json={"reason": "外壳起火"}).status_code
    answers["bad"] = officer.post(path, json={"why": "x"}).json()["code"]
    answers["scope"] = server.client("read").post(path, json={"reason": "x"}).status_code
answers["openapi"] = json.loads(DESCRIPTION.document)["paths"]["/v1/listings/{listing}/danger"]["post"]["summary"]
answers["cli"] = run(["hazard", "declare", "L3", "--reason", "外壳起火", "--store", url])
with anbao.open(url) as platform, platform.reading() as conn:
    answers["confirmed"] = len(platform.ledger.entries(conn, 0, 1000, kind="hazard.confirmed"))
print(json.dumps(answers))
"""


def example(what: str) -> str:
    found = re.search(rf"^```\w+ extend {what}\n(.*?)^```", PAGE, re.M | re.S)
    assert found, what
    return found[1]


def test_an_act_a_kind_and_a_norm_are_added_as_the_page_says(tmp_path: Path) -> None:
    src = tmp_path / "src"
    shutil.copytree(ROOT / "src", src, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "packs", tmp_path / "packs")
    service = src / "anbao" / "investigate" / "service.py"
    text = service.read_text(encoding="utf-8")
    place = text.index("    def sweep(self)")
    service.write_text(f"{text[:place]}{example('act')}\n{text[place:]}", encoding="utf-8")
    for file, more in (
        (src / "anbao" / "model" / "events" / "investigate.py", f"\n\n{example('event')}"),
        (tmp_path / "packs" / "cn" / "kinds" / "investigate.yaml", f"\n{example('kind')}"),
        (tmp_path / "packs" / "cn" / "norms" / "investigate.yaml", f"\n{example('norm')}"),
    ):
        file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", USE, f"sqlite:///{tmp_path / 'store.db'}"],
        env={"PYTHONPATH": f"{src}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout.splitlines()[-1])
    assert answers == answers | {
        "bad": "invalid_input",
        "cli": 0,
        "confirmed": 3,
        "http": 201,
        "openapi": "Declare a listing dangerous: suspect and confirm in one step",
        "owed": ["cn.hazard.note_review"],
        "scope": 403,
    }


@pytest.mark.parametrize("one", ACTS, ids=lambda one: f"{one.function.__qualname__}")
def test_every_declared_act_is_offered_where_it_says(one: Declared[Any, Any, ..., Any]) -> None:
    wanted = one.declaration
    assert wanted.path or wanted.command
    assert wanted.title.zh != wanted.title.en
    assert one.__doc__
    if wanted.path:
        method = "get" if wanted.reads else "post"
        described = json.loads(DESCRIPTION.document)["paths"][wanted.path][method]
        assert described["summary"] == wanted.title.en
        assert described["description"] == wanted.title.zh
        assert [need["key"] for need in described["security"]] == [[wanted.scope]]
        assert ("202" in described["responses"]) is wanted.second_review
    if wanted.command:
        command: click.Command | None = root
        with click.Context(root, info_name="anbao") as context:
            for word in wanted.command.split():
                assert isinstance(command, click.Group)
                command = command.get_command(context, word)
        assert isinstance(command, click.Command)
        assert not isinstance(command, click.Group)
        assert {"--store", "--by"} <= {flag for given in command.params for flag in given.opts} or wanted.reads


def test_a_method_opens_its_own_transaction_or_takes_part_in_an_open_one(store_url: str) -> None:
    with anbao.open(store_url) as platform:
        entry = platform.investigate.suspect(_suspicion("H1"))
        assert platform.run(lambda work: platform.investigate.suspect(work, _suspicion("H2"))) > entry
        with pytest.raises(InvalidInput, match="severity"):
            platform.investigate.confirm("H1", Confirmation(severity=9))

        def fails(work: Work) -> None:
            platform.investigate.suspect(work, _suspicion("H3"))
            raise LookupError

        with pytest.raises(LookupError):
            platform.run(fails)
        with platform.reading() as conn:
            assert [one.subjects["hazard"] for one in platform.ledger.entries(conn, kind="hazard.suspected")] == [
                "H1",
                "H2",
            ]


def _suspicion(name: str) -> Suspicion:
    return Suspicion(
        id=name, fingerprints=(Fingerprint(kind="model", value=f"SDL-20{name}"),), source="own", title="充电宝"
    )
