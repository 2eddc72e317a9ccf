"""The root command: loads a verb's module only when it is called, and turns errors into one line and an exit status."""

import importlib
import os
import sys
import traceback
from collections.abc import Sequence

import click

from anbao import __version__
from anbao.cli.common import t
from anbao.cli.speech import Formatter, wrong_usage
from anbao.errors import AnbaoError, Tampered
from anbao.printing import visible, visible_block
from anbao.text import system_language

FINDINGS = 1
USAGE = 2
INTERNAL = 3

TRACEBACK_VARIABLE = "ANBAO_TRACEBACK"
"""Where it is set, an internal error is shown with its traceback."""

VERBS = {
    "demo": t("用模拟平台走完全程", "run the simulator platform through all of it"),
    "serve": t("启动 HTTP 服务", "serve the HTTP API"),
    "merchant": t("商家：入驻、变更、复核、关联、报送", "merchants: apply, change, verify again, links, report"),
    "listing": t("商品：列出、查看现状", "listings: list, show how they stand"),
    "picture": t("检查图片文件：指纹、二维码、文字", "examine picture files: hash, codes, text"),
    "screen": t("审核一个商品文件（CSV、JSONL、Parquet）", "screen a file of listings (CSV, JSONL, Parquet)"),
    "message": t("审查交易消息", "screen messages between the parties of a trade"),
    "notice": t("交易前的风险提示：列出、渲染、记录", "risk notices before the trade: list, render, record"),
    "order": t("订单：付款前检查、记录", "orders: check before payment, place"),
    "event": t("报告规则包词汇中的事件", "report events in the law pack's vocabulary"),
    "setting": t("平台自定期限：列出、修改", "the platform's own deadlines: list, set"),
    "parameter": t("规则所用的数值与平台选择：列出、修改", "numbers and choices that rules use: list, set"),
    "verify": t("离线核验存证", "verify a ledger, a tile directory or a receipt offline"),
    "replay": t("按原版本重放旧决定", "make an old decision again from its entry"),
    "law": t("查法条、规范与义务清单", "list, search and show provisions, norms and duties"),
    "lexicon": t("词库：导入、查看、回测、启用、复核", "lexicons: import, show, back-test, activate, confirm"),
    "policy": t("处置策略：导入、回测、启用、复核", "decision tables: import, back-test, activate, confirm"),
    "model": t("分类模型（可选）：训练、启用、停用", "the optional classifier: train, activate, deactivate"),
    "log": t("账本：条目、检查点、导出、回执", "the ledger: entries, checkpoint, export, receipt"),
    "timeline": t("一件事的完整时间线，逐条有据", "the whole timeline of a matter, each line with its proof"),
    "absence": t("证明关于一个对象没有（别的）条目", "prove that there are no (other) entries about a subject"),
    "timestamp": t("外部时间戳：机构、列出、立即加盖", "timestamps from outside: authorities, list, one now"),
    "witness": t("见证人：运行一个，或登记本账本的见证人", "witnesses: run one, or register those of this log"),
    "pack": t("证据包：供法院、对方、部门、消费者核验", "evidence packs for court, other side, authority, consumer"),
    "hazard": t("危险：登记线索、确认、导入名单", "hazards: suspect, confirm, lift, import lists"),
    "sweep": t("在全部商品中排查已确认的危险", "sweep all listings for the confirmed dangers"),
    "advance": t("办理到期的一切（不运行服务者用）", "do all that is due, where no server runs"),
    "obligations": t("待履行义务：列出、豁免", "obligations: list, waive"),
    "warn": t("售后警示：进度、再次警示、公开", "warnings after the trade: progress, retry, publish"),
    "measure": t("措施：采取、列出、查看、采纳、解除", "measures: take, list, show, approve, lift"),
    "appeal": t("申诉：提出、列出、决定", "appeals: file, list, decide"),
    "report": t("向主管部门报告：起草、查看、记录发送", "reports to the authority: draft, show, record as sent"),
    "webhook": t("投递：端点、指令、死信重发", "delivery: endpoints, effects, dead letters"),
    "control": t("安全控制措施：负责人与检查", "controls that must be alive: list, assign, probe, retire"),
    "complaint": t(
        "投诉举报：提交、查看、转送、陈述、补正、公示", "complaints: file, show, forward, answer, complete, publish"
    ),
    "case": t("待人工决定的事项：领取、决定、批量", "cases: take, decide, many at once"),
    "assist": t("合理协助：求助、提供、冻结、部门调取", "assistance: requests for help, authorities' requests"),
    "person": t("个人信息：删除、延后的删除", "persons: erase, list postponed erasures"),
    "key": t("接口密钥：新建、列出、吊销；主密钥：更换", "API keys: create, list, revoke; change the master key"),
    "doctor": t("自检：环境、存储、义务重算", "check environment and store; derive obligations again"),
}

GROUPS = {
    "prevent": (t("危险防范", "Prevention"), "merchant screen listing picture message lexicon policy model replay"),
    "investigate": (t("危险排查", "Investigation"), "complaint hazard sweep"),
    "remove": (t("危险排除", "Removal"), "measure appeal report"),
    "warn": (t("危险警示", "Warning"), "notice order warn"),
    "assist": (t("合理协助", "Assistance"), "assist"),
    "prove": (t("举证", "Proof"), "pack timeline absence timestamp person verify log"),
    "operate": (
        t("运行", "Operation"),
        "case obligations control parameter setting event webhook key serve advance doctor",
    ),
}
"""The folder of each verb, and the heading it stands under; verbs of no group stand first."""

_GROUP_OF = {verb: group for group, (_, verbs) in GROUPS.items() for verb in verbs.split()}

click.Context.formatter_class = Formatter


class Root(click.Group):
    """Finds verbs by name in ``anbao.cli[.<group>].<verb>``; each module offers ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [verb for _, verbs in _sections() for verb in verbs]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        place = ".".join(filter(None, ("anbao.cli", _GROUP_OF.get(cmd_name), cmd_name)))
        command: click.Command = importlib.import_module(place).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, verbs in _sections():
            with formatter.section(heading):
                formatter.write_dl([(verb, VERBS[verb]) for verb in verbs])


def _sections() -> list[tuple[str, list[str]]]:
    alone = [verb for verb in VERBS if verb not in _GROUP_OF]
    return [("Commands", alone), *((heading, verbs.split()) for heading, verbs in GROUPS.values())]


@click.command(
    cls=Root,
    help=t("安保：电子商务平台的安全保障义务引擎", "Anbao: the safety-duty engine of an e-commerce platform"),
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
)
@click.version_option(__version__, prog_name="anbao")
@click.option("--lang", type=click.Choice(["zh", "en"]), help=t("语言，可写在任何位置", "language; may stand anywhere"))
def root(lang: str | None) -> None:
    """Only the group; each verb says what it does. ``lang`` was taken out before this is reached."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line; the exit status."""
    try:
        if wrong := next((one for one in arguments if not _is_text(one)), None):
            raise click.UsageError(t(f"参数不是 UTF-8：{wrong}", f"an argument is not UTF-8: {wrong}"))
        status = root.main(list(arguments), prog_name="anbao", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.exceptions.Abort:
        _complain(t("已中断", "interrupted"))
        return USAGE
    except click.ClickException as error:
        _complain(wrong_usage(error))
        return USAGE
    except AnbaoError as error:
        _complain(describe(error))
        if isinstance(error, Tampered):
            return FINDINGS
        return INTERNAL if error.status == 500 else USAGE
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        if os.environ.get(TRACEBACK_VARIABLE):
            _complain(traceback.format_exc())
        return _failed(error)


def _failed(error: Exception) -> int:
    """Report what no command expected: a file that the system refuses is the caller's matter, the rest is ours."""
    if isinstance(error, OSError) and error.filename is not None:
        why = error.strerror or type(error).__name__
        _complain(
            t(
                f"错误：无法使用文件 {error.filename}：{why}。提示：检查路径与权限",
                f"error: the file {error.filename} cannot be used: {why}; hint: check the path and the permissions",
            )
        )
        return USAGE
    _complain(
        t(
            f"内部错误：{type(error).__name__}：{error}。提示：设 {TRACEBACK_VARIABLE}=1 再次运行可见详情，请报告",
            f"internal error: {type(error).__name__}: {error}; hint: run it again with {TRACEBACK_VARIABLE}=1 to see"
            " where, and report it",
        )
    )
    return INTERNAL


def _complain(line: str) -> None:
    """To standard error: one line, or a traceback, in which nothing steers the terminal."""
    click.echo(visible_block(line) if line.startswith("Traceback") else visible(line), err=True)


def _is_text(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def describe(error: AnbaoError) -> str:
    """One line: what, and what to do."""
    language = system_language()
    line = t("错误：", "error: ") + error.what.get(language)
    if error.hint:
        line += t("。提示：", "; hint: ") + error.hint.get(language)
    return line
