"""Run by the crash tests: appends through the API of the library until it is killed, telling what was acknowledged.

Use: python crash_worker.py STORE FIRST. Prints one line per acknowledged listing, after its commit.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import anbao


def main() -> None:
    """Submit listings, orders and events from four threads."""
    url, first = sys.argv[1], int(sys.argv[2])
    with anbao.open(url) as platform, ThreadPoolExecutor(4) as pool:

        def submit(number: int) -> None:
            title = "正品仿真枪 批发" if number % 5 == 0 else "纯棉儿童短袖"
            answer = platform.submit_listing(
                anbao.Listing(id=f"L{number}", merchant="m1", title=title, category="食品")
            )
            print(f"{number} {answer.receipt.entry} {answer.receipt.leaf}", flush=True)
            if number % 7 == 0:
                platform.place_order(anbao.Order(id=f"O{number}", listing=f"L{number}", buyer=f"b{number % 3}"))

        def submit_every_fourth(start: int) -> None:
            for number in range(start, first + 100_000, 4):
                submit(number)

        list(pool.map(submit_every_fourth, range(first, first + 4)))


if __name__ == "__main__":
    main()
