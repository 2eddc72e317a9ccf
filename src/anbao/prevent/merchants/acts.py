"""The acts on a merchant's file: apply, report a change, verify again, decide by a person, close."""

import msgspec

from anbao.engine.work import Work
from anbao.errors import Conflict, InvalidInput
from anbao.law.deadlines import legal_day
from anbao.model.base import given_reason
from anbao.model.events import made_of
from anbao.model.events.merchants import (
    InfoAccepted,
    InfoChanged,
    InfoReported,
    MerchantApplied,
    MerchantClosed,
    MerchantRefused,
    MerchantReverifying,
    SealedChange,
)
from anbao.model.identity import refuse_person_number
from anbao.model.merchant import Merchant, MerchantChange
from anbao.prevent.merchants import licences, links, questions
from anbao.prevent.merchants.admission import assess_merchant
from anbao.prevent.merchants.decision import (
    ENGINE,
    MerchantContext,
    MerchantDecision,
    MerchantMatter,
    sells,
)
from anbao.prevent.merchants.file import merged, open_sealed, opened, row_of, sealed_file
from anbao.prevent.merchants.settle import ask_to_publish, settle
from anbao.text import Text

_DECIDING = frozenset({"categories", "credit_code", "kind", "legal_name", "licences", "resident_id"})
"""Fields whose change is decided on like an application."""


_STORED_FACT = "cosmetics"
"""Of what a merchant sold, what the entry of its closure says: a norm on records asks for it."""


def apply(context: MerchantContext, work: Work, merchant: Merchant, actor: str, at: int) -> MerchantDecision:
    """Check an application and record both it and the decision. Raises InvalidInput."""
    refuse_person_number("id", merchant.id)
    _refuse_personal(context, merchant)
    sealed = context.vault.seal_noun(work.conn, merchant, context.person(merchant.id))
    applied = made_of(MerchantApplied, sealed, facts=sells(merchant, context.catalogue), merchant=merchant.id)
    links.note_identifiers(context, work, merchant)
    entry = work.append(applied, actor=actor, at=at)
    return settle(context, work, merchant, MerchantMatter(occasion="apply", entry=entry, at=at))


def reverify(context: MerchantContext, work: Work, merchant: str, actor: str, at: int) -> MerchantDecision:
    """Verify again what is on file, at the registries too (至少每六个月). Raises NotFound, Conflict."""
    _require_open(work, merchant)
    file = opened(work.conn, context.vault, merchant)
    entry = work.append(MerchantReverifying(merchant=merchant), actor=actor, at=at)
    return settle(context, work, file, MerchantMatter(occasion="reverify", entry=entry, at=at))


def change(
    context: MerchantContext, work: Work, merchant: str, given: MerchantChange, actor: str, at: int
) -> MerchantDecision:
    """Take in a change that a merchant reports: recorded at once, on file once its checks hold.

    Raises NotFound, Conflict (closed), InvalidInput (nothing changed, or changed in the future).
    """
    status = _require_open(work, merchant)
    _refuse_personal(context, given)
    fields = _fields(given)
    if not fields:
        raise InvalidInput(Text("没有写明变更的内容", "the change names no field"), field="change")
    since = at if given.changed_at is None else given.changed_at
    if since > at:
        raise InvalidInput(Text("变更时间在报送之后", "changed after it was reported"), field="changed_at")
    named = ",".join(fields)
    sealed = context.vault.seal_noun(work.conn, given, context.person(merchant))
    work.append(InfoChanged(fields=named, merchant=merchant), actor=actor, at=since)
    after = merged(sealed_file(work.conn, merchant), sealed)
    proposed = open_sealed(work.conn, context.vault, after)
    outcome, checks = assess_merchant(proposed, context.catalogue, legal_day(at))
    stated = msgspec.convert(sealed, SealedChange)
    reported = InfoReported(change=stated, checks=checks, fields=named, merchant=merchant, outcome=outcome)
    entry = work.append(reported, actor=actor, at=at)
    if outcome == "refused":
        return MerchantDecision(application=entry, checks=checks, decision="refused", entry=entry, merchant=merchant)
    links.note_identifiers(context, work, proposed)
    filed = InfoAccepted(change=stated, fields=named, merchant=merchant, reported=entry)
    accepted = work.append(filed, actor=ENGINE, at=at)
    if _DECIDING & set(fields) or status != "verified":
        return settle(context, work, proposed, MerchantMatter(occasion="change", entry=entry, at=at))
    ask_to_publish(work, accepted, merchant)
    return MerchantDecision(application=entry, checks=checks, decision="verified", entry=accepted, merchant=merchant)


def review(
    context: MerchantContext, work: Work, merchant: str, *, verify: bool, reason: str, actor: str, at: int
) -> MerchantDecision:
    """A person decides on a merchant that is held, waiting or verified. Raises NotFound, InvalidInput, Conflict.

    Nobody is verified by a person whose numbers do not hold: that would be waving through.
    """
    _require_open(work, merchant)
    given_reason(reason)
    file = opened(work.conn, context.vault, merchant)
    asked = questions.pending(work.conn, merchant)
    entry = row_of(work.conn, merchant).entry
    matter = MerchantMatter(occasion="review", entry=entry, at=at, actor=actor, note=reason)
    if not verify:
        _, checks = assess_merchant(file, context.catalogue, legal_day(at), questions.answers_to(asked))
        event = MerchantRefused(
            checks=checks,
            facts=sells(file, context.catalogue),
            kind=file.kind,
            merchant=merchant,
            note=reason,
            occasion="review",
        )
        refused = work.append(event, actor=actor, at=at)
        return MerchantDecision(application=entry, checks=checks, decision="refused", entry=refused, merchant=merchant)
    answers = questions.answers_to(asked)
    for key, state in answers.items():
        if state == "mismatch":  # a name written in another way is for a person to judge
            answers[key] = "valid"
    outcome, checks = assess_merchant(file, context.catalogue, legal_day(at), answers)
    if outcome != "verified":
        wrong = next(check for check in checks if check.problem)
        raise Conflict(
            Text(
                f"{merchant} 的核验未通过：{wrong.kind} {wrong.problem}",
                f"{merchant} does not pass its checks: {wrong.kind} {wrong.problem}",
            ),
            hint=Text("先补正或更新证照（merchant change）", "have it put right first (merchant change)"),
        )
    return settle(context, work, file, matter, answers)


def close(
    context: MerchantContext, work: Work, merchant: str, *, reason: str, for_cause: bool, actor: str, at: int
) -> int:
    """The merchant leaves, or is closed for cause; the entry's index. Raises NotFound, Conflict, InvalidInput."""
    _require_open(work, merchant)
    given_reason(reason)
    file = msgspec.convert(sealed_file(work.conn, merchant).get("categories", ()), tuple[str, ...])
    found = (context.catalogue.find(name) for name in file)
    sold = any(one is not None and one.fact == _STORED_FACT for one in found)
    licences.withdraw_all(work, merchant)
    closed = MerchantClosed(
        facts={_STORED_FACT: True} if sold else {}, for_cause=for_cause, merchant=merchant, reason=reason
    )
    return work.append(closed, actor=actor, at=at)


def _require_open(work: Work, merchant: str) -> str:
    status = row_of(work.conn, merchant).status
    if status == "closed":
        raise Conflict(
            Text(f"商家 {merchant} 已退出平台", f"the merchant {merchant} is closed"),
            hint=Text("须重新申请入驻", "it has to apply again"),
        )
    return status


def _fields(given: MerchantChange) -> tuple[str, ...]:
    """The fields that a change names."""
    return tuple(
        name
        for name in MerchantChange.__struct_fields__
        if name != "changed_at" and getattr(given, name) not in (None, "", ())
    )


def _refuse_personal(context: MerchantContext, stated: Merchant | MerchantChange) -> None:
    """A number that is personal has its own field, from which it goes to the vault. Raises InvalidInput.

    What a number is called does not make it one: a resident id given as a credit code is a resident id.
    """
    refuse_person_number("credit_code", stated.credit_code, phones=True)
    for field in ("live_account", "shop_name", "shop_url"):
        refuse_person_number(field, getattr(stated, field))
    for place, licence in enumerate(stated.licences):
        refuse_person_number(f"licences[{place}].number", licence.number, phones=True)
        refuse_person_number(f"licences[{place}].kind", licence.kind, phones=True)
        form = context.catalogue.formats.get(licence.kind)
        if form is not None and form.personal:
            raise InvalidInput(
                Text(f"{licence.kind} 属于个人信息，不能作为证照填写", f"{licence.kind} is personal, not a licence"),
                hint=Text("写在 resident_id 字段", "state it in the field resident_id"),
                field="licences",
            )
