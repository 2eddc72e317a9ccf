"""The screening report, for a terminal and as one HTML file."""

from anbao.cli.prevent.screening_report.html import Meta, render_html
from anbao.cli.prevent.screening_report.terminal import render_terminal

__all__ = ["Meta", "render_html", "render_terminal"]
