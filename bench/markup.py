"""What it costs to read what a text shows: ``python -m bench.markup``. Processor time, best of seven."""

import time

from anbao.detect.html.markup import show

PLAIN = "新款韩版女装 春季长袖纯棉T恤 宽松百搭 2024 100% 纯棉"
BLOCK = (
    '<DIV style="MARGIN: 0px; FONT-SIZE: 14px" align=center><P><IMG alt="" src="//img.example/i1/123/1.jpg"'
    ' align=absmiddle></P><p class="MsoNormal"><span style="font-family:微软雅黑;font-size:14.0px;">这款商品采用'
    "优质纯棉面料，穿着舒适透气&nbsp;&nbsp;适合春夏两季，<strong>尺码齐全</strong>欢迎选购。</span><o:p></o:p></p></DIV>\n"
)
TEXTS = {
    "title, plain": (PLAIN, 3000),
    "text of 5,000 characters, plain": (PLAIN * 150, 200),
    "title with a reference": (PLAIN + " A&amp;B", 500),
    "HTML of 10,000 characters": (BLOCK * (10_000 // len(BLOCK)), 20),
}


def microseconds(text: str, times: int) -> float:
    """Returns the time that one reading takes."""
    best = float("inf")
    for _ in range(7):
        started = time.process_time()
        for _ in range(times):
            show(text)
        best = min(best, (time.process_time() - started) / times)
    return best * 1e6


def main() -> None:
    """Print one line for each kind of text."""
    for name, (text, times) in TEXTS.items():
        print(f"{name}: {microseconds(text, times):,.1f} µs ({len(text):,} characters, {text.count('<')} tags)")


if __name__ == "__main__":
    main()
