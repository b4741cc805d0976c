"""Text in lines that fit, broken at words, long words behind a separator."""

from __future__ import annotations

from stackcfg.reports.console.folding import fold


def test_text_is_folded_at_words_and_separators():
    assert fold("", 4) == [""]
    assert fold("one two", 3) == ["one", "two"]
    assert fold("  one  two", 20) == ["  one  two"]
    assert fold("\u6f22\u5b57\u6f22", 4) == ["\u6f22\u5b57", "\u6f22"]
    assert "".join(fold("x" * 50, 7)) == "x" * 50
    assert fold("one two three", 7, "  ") == ["one two", "  three"]
    assert fold("configs/of-mine/run.yaml: three", 20, "  ") == [
        "configs/of-mine/run.",
        "  yaml: three",
    ]
    assert fold("one two  three", 7, "  ") == ["one two", "  three"]
    assert fold("a/" + "x" * 10, 8, "  ") == ["a/xxxxxx", "  xxxx"]
