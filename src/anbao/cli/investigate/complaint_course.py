"""``anbao complaint``: what the parties say, and the course of a notice of infringement."""

from pathlib import Path

import click
import msgspec

from anbao import localfiles
from anbao.cli.acting import act, by_option, print_entry
from anbao.cli.common import open_store_option, require_store, store_option, t
from anbao.cli.output import echo
from anbao.model.complaint import Attachment

attach_option = click.option(
    "--attach", "files", multiple=True, type=click.Path(path_type=Path), help=t("附件", "a file")
)
docket_option = click.option("--docket", default="", help=t("案号或者文号", "number of the case or document"))
name_option = click.option("--name", help=t("真实姓名或者名称", "the real name"))
contact_option = click.option("--contact", help=t("联系方式", "how to reach them"))


@click.command(
    "statement", help=t("记录商家陈述或者不侵权声明", "record the merchant's statement or counter-statement")
)
@click.argument("complaint")
@click.argument("text")
@click.option("--counter", is_flag=True, help=t("声明不侵权", "it declares that there is no infringement"))
@name_option
@contact_option
@attach_option
@by_option("person")
@store_option
def statement(
    complaint: str,
    text: str,
    counter: bool,
    name: str | None,
    contact: str | None,
    files: tuple[Path, ...],
    person: str,
    store_url: str | None,
) -> None:
    """A counter-statement to a notice of tort needs name and contact."""
    from anbao.investigate.complaints.acting import MerchantStatement

    given = {"attachments": keep(files, store_url), "contact": contact, "counter": counter, "name": name, "text": text}
    said = msgspec.convert(msgspec.to_builtins(given), MerchantStatement)
    with open_store_option(store_url) as platform:
        complaints = platform.investigate.complaints
        entry = platform.run(lambda work: complaints.state(work, complaint, said, actor=person))
        platform.advance()
    print_entry(entry)


@click.command("proceedings", help=t("权利人已投诉或者起诉，措施保持", "the right holder went to law: measures stay"))
@click.argument("complaint")
@click.argument("what")
@docket_option
@attach_option
@by_option("person")
@store_option
def proceedings(
    complaint: str, what: str, docket: str, files: tuple[Path, ...], person: str, store_url: str | None
) -> None:
    """Exit status 2 where no counter-statement waits."""
    from anbao.investigate.complaints.proceedings import Proceedings

    given = {"attachments": keep(files, store_url), "docket": docket, "what": what}
    stated = msgspec.convert(msgspec.to_builtins(given), Proceedings)
    with open_store_option(store_url) as platform:
        complaints = platform.investigate.complaints
        entry = platform.run(lambda work: complaints.proceedings(work, complaint, stated, actor=person))
        platform.advance()
    print_entry(entry)


@click.command(
    "outcome",
    help=t("投诉或者诉讼的进展、结果：保持或者终止措施", "how proceedings stand or ended: keep or end the measures"),
)
@click.argument("complaint")
@click.argument("result", type=click.Choice(["pending", "infringed", "not_infringed", "no_decision"]))
@click.option("--reason", required=True, help=t("裁判、决定的要点", "what was decided"))
@docket_option
@attach_option
@by_option("person")
@store_option
def outcome(
    complaint: str,
    result: str,
    reason: str,
    docket: str,
    files: tuple[Path, ...],
    person: str,
    store_url: str | None,
) -> None:
    """Exit status 2 where no proceedings are pending."""
    from anbao.investigate.complaints.proceedings import ProceedingsOutcome

    given = {"attachments": keep(files, store_url), "docket": docket, "reason": reason, "result": result}
    heard = msgspec.convert(msgspec.to_builtins(given), ProceedingsOutcome)
    with open_store_option(store_url) as platform:
        complaints = platform.investigate.complaints
        entry = act(platform, lambda work: complaints.heard(work, complaint, heard, actor=person))
        platform.advance()
    print_entry(entry)


@click.command("complete", help=t("补正欠缺要件的侵权通知", "add what a notice of infringement lacked"))
@click.argument("complaint")
@click.option("--right", default="", help=t("权利及其编号", "which right, with its number"))
@click.option("--proof", help=t("初步证据的说明", "why it is infringed at first sight"))
@click.option("--listing", default="", help=t("商品", "the listing"))
@click.option("--merchant", default="", help=t("商家", "the merchant"))
@click.option("--link", default="", help=t("链接", "a link"))
@name_option
@contact_option
@attach_option
@by_option("person")
@store_option
def complete(
    complaint: str,
    right: str,
    proof: str | None,
    listing: str,
    merchant: str,
    link: str,
    name: str | None,
    contact: str | None,
    files: tuple[Path, ...],
    person: str,
    store_url: str | None,
) -> None:
    """Says what is still wanting."""
    from anbao.investigate.complaints.completing import Completion

    given = {
        "attachments": keep(files, store_url),
        "contact": contact,
        "link": link,
        "listing": listing,
        "merchant": merchant,
        "name": name,
        "proof": proof,
        "right": right,
    }
    added = msgspec.convert(msgspec.to_builtins(given), Completion)
    with open_store_option(store_url) as platform:
        complaints = platform.investigate.complaints
        lacking = platform.run(lambda work: complaints.complete(work, complaint, added, actor=person))
        platform.advance()
        wanted = [complaints.rules.needs[one] for one in lacking.lacking]
    zh, en = "；".join(one.zh for one in wanted), "; ".join(one.en for one in wanted)
    echo(t(f"尚缺：{zh}", f"still lacking: {en}") if wanted else t("要件齐全", "nothing is lacking"), err=True)


VERBS = (statement, proceedings, outcome, complete)


def keep(files: tuple[Path, ...], store_url: str | None) -> tuple[Attachment, ...]:
    """Store files as attachments. Raises InvalidInput."""
    from anbao.connect import attachments
    from anbao.connect.storage import storage_for

    data = [localfiles.read(one, "attach") for one in files]
    return attachments.keep(storage_for(require_store(store_url)), data) if data else ()
