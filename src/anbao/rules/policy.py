"""The policy: one GoRules JDM decision table, facts of a listing → outcome and reasons.

Held at load by asking the table about every combination of facts:
- each gets a row with a known outcome and a list of reason codes;
- a finding of a weaker channel (a guess) never turns what would not be blocked into a block.

Held whenever the table is asked, whatever it says: a model's score never makes a block, and never a milder outcome.
"""

import hashlib
import json
from itertools import product
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
import zen

from anbao.errors import InvalidInput, PackError
from anbao.law.yaml_source import YamlSource
from anbao.model.listing import OUTCOMES, Outcome
from anbao.text import Text

MODEL_ALONE = "model.alone"
"""Reason where a table would block by a model's score alone: a person decides."""

NO_ROW = "policy.no_row"
"""Reason where the table has no answer at run time: a person decides."""

_KEY = "policy"
_PROBED_NOTICES = range(3)
_PROBED_CONTACT = (0, 3, 5)


PictureFact = Literal["", "unread", "code", "alike", "same"]
PICTURE_FACTS: tuple[PictureFact, ...] = ("", "unread", "code", "alike", "same")
"""The worst last."""

MerchantFact = Literal["", "waiting", "held", "restricted", "refused", "suspended", "closed"]
MERCHANT_FACTS: tuple[MerchantFact, ...] = get_args(MerchantFact)
"""The strictest last; the ids of the pack's standings."""


class PolicyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the table may read. Severities are 0 (none) to 5.

    ``strong``: worst among findings of terms that are written in the text (``WRITTEN``); ``weak``: worst among those
    that were guessed through a disguise; ``contact``: worst among contact details, false links and tricks; ``notices``:
    how many the category demands; ``model``: whether the classifier's score reached its threshold. ``picture``: the
    worst that was found in a picture: it could not be read · it holds a code · it is like a danger's picture · it is
    that picture. ``merchant``: where the merchant stands, if it may not simply sell.
    """

    strong: int = 0
    weak: int = 0
    contact: int = 0
    credential: Literal["", "missing", "expired", "invalid"] = ""
    forbidden: bool = False
    life_health: bool = False
    notices: int = 0
    unknown_category: bool = False
    model: bool = False
    picture: PictureFact = ""
    merchant: MerchantFact = ""


class Verdict(msgspec.Struct, frozen=True):
    """The outcome, and the codes of the reasons for it."""

    outcome: Outcome
    reasons: tuple[str, ...]


class Policy:
    """A decision table. ``digest``: first 16 hex of SHA-256 over its JSON with sorted keys and no spaces."""

    def __init__(self, table: dict[str, Any], where: str = "policy:1", *, checked: bool = False) -> None:
        """``checked``: the table comes from the store, where it was checked before it was accepted.

        Raises PackError where the table is no JDM, or does not hold what the module promises.
        """
        canonical = json.dumps(table, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        self.digest = hashlib.sha256(canonical.encode()).hexdigest()[:16]
        try:
            self._engine = zen.ZenEngine({"loader": {"type": "static", "content": {_KEY: table}}})
        except Exception as error:  # zen raises bare Exception
            raise PackError(
                where, Text(f"不是有效的 JDM 决策：{error}", f"is no valid JDM decision: {error}")
            ) from error
        self._verdicts: dict[PolicyFacts, Verdict] = {}
        if checked:
            return
        # 11,448 questions take a tenth of a second: they are asked at import, not at each opening.
        for facts in _all_facts():
            self._verdicts[facts] = self._checked(facts, where)

    @classmethod
    def from_bytes(cls, data: bytes, where: str = "policy:1", *, checked: bool = False) -> "Policy":
        """A policy out of JDM JSON. Raises PackError."""
        try:
            table = msgspec.json.decode(data, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise PackError(where, Text(f"不是有效的 JSON：{error}", f"is no valid JSON: {error}")) from error
        except RecursionError:
            raise PackError(where, Text("JSON 嵌套过深", "the JSON is nested too deep")) from None
        return cls(table, where, checked=checked)

    @classmethod
    def given(cls, data: bytes, where: str = "policy:1") -> "Policy":
        """A policy that a caller hands in. Raises InvalidInput: it is the caller's fault, not the program's."""
        try:
            return cls.from_bytes(data, where)
        except PackError as error:
            raise InvalidInput(
                error.what,
                hint=error.hint
                or Text(
                    "须为 GoRules JDM 决策表；以 anbao policy show 输出现行版本作为样本",
                    "a GoRules JDM decision table is wanted; anbao policy show writes the one in force as a sample",
                ),
                field="policy",
            ) from error

    @property
    def reasons(self) -> frozenset[str]:
        """All reason codes that the table can give."""
        verdicts = (*map(self.decide, _all_facts()), self.decide(PolicyFacts(model=True)))
        return frozenset(code for verdict in verdicts for code in verdict.reasons)

    def decide(self, facts: PolicyFacts) -> Verdict:
        """The table's verdict; ``review`` with ``policy.no_row`` where it has none."""
        verdict = self._verdicts.get(facts)
        if verdict is None:
            verdict = self._ask(facts) or Verdict("review", (NO_ROW,))
            if facts.model:
                verdict = self._bounded(verdict, msgspec.structs.replace(facts, model=False))
            self._verdicts[facts] = verdict
        return verdict

    def _bounded(self, verdict: Verdict, without: PolicyFacts) -> Verdict:
        """A verdict with a model's score: never milder than ``without`` it, and never a block that only it makes."""
        plain = self.decide(without)
        if OUTCOMES.index(verdict.outcome) <= OUTCOMES.index(plain.outcome):
            return plain
        return Verdict("review", (*verdict.reasons, MODEL_ALONE)) if verdict.outcome == "block" else verdict

    def _checked(self, facts: PolicyFacts, where: str) -> Verdict:
        verdict = self._ask(facts)
        if verdict is None:
            raise PackError(
                where, Text(f"没有适用于 {facts} 的行或者结论无效", f"no row, or no valid outcome, for {facts}")
            )
        plain = self._verdicts.get(msgspec.structs.replace(facts, weak=0), verdict)
        if verdict.outcome == "block" and plain.outcome != "block":
            raise PackError(
                where,
                Text(f"仅凭变形推测命中即拦截：{facts}", f"blocks on a guess through a disguise alone: {facts}"),
                hint=Text("弱通道的命中应转人工审核", "send findings of weaker channels to review"),
            )
        return verdict

    def _ask(self, facts: PolicyFacts) -> Verdict | None:
        try:
            result = self._engine.evaluate(_KEY, msgspec.structs.asdict(facts))["result"]
            return msgspec.convert(result, Verdict)
        except Exception:  # zen raises bare Exception; whatever went wrong, the table has no answer
            return None


def load_reasons(path: Path) -> dict[str, Text]:
    """The wording of reason codes, out of ``reasons.yaml``. Raises PackError with file and line."""
    return YamlSource(path).read(dict[str, Text])


def _all_facts() -> list[PolicyFacts]:
    """Every combination of facts, ``weak`` = 0 first, with up to two notices and three levels of ``contact``.

    A picture is decided on by itself, so its facts are joined only with what is read in it; where the merchant stands,
    only with what is read in the listing.
    """
    severities = range(6)
    credentials: tuple[Literal["", "missing", "expired", "invalid"], ...] = ("", "missing", "expired", "invalid")
    no_yes = (False, True)
    listings = [
        PolicyFacts(
            strong=strong,
            weak=weak,
            contact=contact,
            credential=credential,
            forbidden=forbidden,
            life_health=life_health,
            notices=notices,
            unknown_category=unknown,
        )
        for weak, strong, contact, credential, forbidden, life_health, notices, unknown in product(
            severities, severities, _PROBED_CONTACT, credentials, no_yes, no_yes, _PROBED_NOTICES, no_yes
        )
    ]
    pictures = [
        PolicyFacts(strong=strong, weak=weak, contact=contact, picture=picture)
        for weak, strong, contact, picture in product(severities, severities, _PROBED_CONTACT, PICTURE_FACTS[1:])
    ]
    barred = [
        PolicyFacts(strong=strong, weak=weak, contact=contact, merchant=merchant)
        for weak, strong, contact, merchant in product(severities, severities, _PROBED_CONTACT, MERCHANT_FACTS[1:])
    ]
    return listings + pictures + barred
