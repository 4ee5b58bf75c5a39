"""Templates to fill in and the data dictionary, to download."""

from __future__ import annotations

import streamlit as st

from analytics.wording import plain
from data.tables import CANONICAL
from data.templates import TEMPLATES, as_csv, as_excel, dictionary

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@st.fragment
def show() -> None:
    """One template a table, as a workbook and as CSV, and what every column means."""
    part = st.expander(
        "Templates and data dictionary", icon=":material/description:", key="templates", on_change="rerun"
    )
    if not part.open:
        return
    with part:
        st.markdown("Fill one in and upload it; the second sheet of a workbook says what each column means.")
        for name in TEMPLATES:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"**{plain(name.capitalize())}**  \n:small[{plain(CANONICAL[name].about)}]")
                _download(f"{name}.xlsx", "Excel", as_excel(name), _EXCEL)
                _download(f"{name}.csv", "CSV", as_csv(name), "text/csv")
        _download("data-dictionary.md", "Data dictionary", dictionary().encode(), "text/markdown")


def _download(file: str, label: str, content: bytes, mime: str) -> None:
    st.download_button(
        label,
        data=content,
        file_name=file,
        mime=mime,
        icon=":material/download:",
        type="tertiary",
        key=f"template_{file}",
        help=f"Download {file}",
        on_click="ignore",
    )
