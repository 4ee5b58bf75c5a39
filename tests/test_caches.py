"""What is kept in memory is bounded: by a number, by bytes, or by there being few things that it can be kept by."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FEW = {
    "mode": "light or dark",
    "name": "the lists of the project",
    "list_name": "the lists of the project",
    "scale": "the scales of the catalogue",
    "choices": "the settings",
}
"""Parameters that have few values, and why."""


def kept(folder: str) -> Iterator[tuple[str, ast.FunctionDef, str]]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    yield f"{path.relative_to(ROOT)}: {node.name}", node, ast.unparse(decorator)


def endless(function: ast.FunctionDef, decorator: str) -> bool:
    if decorator.startswith("cached("):
        return "maxsize=" not in decorator or "getsizeof=" not in decorator
    if decorator.startswith("lru_cache"):
        return "maxsize=" not in decorator or "None" in decorator
    if decorator.startswith("st.cache"):
        return "max_entries=" not in decorator
    return decorator == "cache" and any(part.arg not in FEW for part in function.args.args)


def test_every_cache_has_an_end() -> None:
    caches = [
        (where, function, decorator)
        for folder in ("analytics", "data", "pages")
        for where, function, decorator in kept(folder)
        if "cache" in decorator and "cached_property" not in decorator
    ]
    assert len(caches) > 30
    assert [where for where, function, decorator in caches if endless(function, decorator)] == []


def test_a_cache_without_an_end_is_found() -> None:
    for text in (
        "@cache\ndef f(scope): ...",
        "@lru_cache(maxsize=None)\ndef f(): ...",
        "@cached(LRUCache(maxsize=9))\ndef f(): ...",
        "@st.cache_data\ndef f(): ...",
    ):
        function = ast.parse(text).body[0]
        assert endless(function, ast.unparse(function.decorator_list[0])), text
