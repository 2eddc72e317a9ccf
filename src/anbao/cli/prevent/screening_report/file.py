"""What a screening did not look at in the file itself, and what is wrong with the file's identifiers."""

from anbao.connect.summary import Summary
from anbao.text import Text


def file_notes(summary: Summary) -> list[Text]:
    """A line each: what stands outside of the rows, identifiers that name no listing, columns that are no text."""
    notes = [Text(f"注意：{note.zh}", f"note: {note.en}") for note in summary.notes]
    if count := summary.damaged_ids:
        notes.append(
            Text(
                f"注意：{count:,} 个编号已被表格软件改成 5.58E+11 一类的数字，无法还原；这些行改按文件与行号编号。"
                "请把编号列设为“文本”后重新导出",
                f"note: {count:,} identifiers were turned into numbers such as 5.58E+11 by a spreadsheet and are lost; "
                "these rows are named by file and row instead. Export again with that column as text",
            )
        )
    if count := summary.repeated_ids:
        notes.append(
            Text(
                f"注意：{count:,} 行的编号在文件中已出现过；每行都已审核，后一行的结果为该编号的现状",
                f"note: {count:,} rows have an identifier that stands in an earlier row; each was screened, and the "
                "last one says how that listing stands",
            )
        )
    if summary.unscreened:
        columns = summary.unscreened
        notes.append(
            Text(
                f"未按文字审核的列（编号、图片、本站链接、许可证）：{'、'.join(columns)}",
                f"columns not screened as text (identifiers, pictures, own links, licences): {', '.join(columns)}",
            )
        )
    return notes
