"""Links to articles on pages made for readers."""

from __future__ import annotations

from crawlers.section import links

PAGE = """
<html lang="de"><head><base href="/de/"><link rel="alternate" type="application/rss+xml" href="/feed.xml">
<link rel="alternate" type="application/rss+xml" href="/comments/feed/"></head><body>
<nav><a href="/politics/2026/11/25/council-votes-on-new-bridge">Council votes on new bridge today</a>
<a href="/politics/">Politics</a></nav>
<h2><a href="/news/river-rises-again-4711.html">River rises again</a></h2>
<a href="/2026/11/25/markets"><img alt="Traders in the hall"></a><a href="/2026/11/25/markets">Markets fall for a third day</a>
<a href="/artikel?id=9912">Stadtrat stimmt dem Umbau der Brücke zu</a>
<a href="/tag/bridges-and-tunnels">Bridges and tunnels in the region</a>
<a href="/about-us">About the people who make this paper</a>
<a href="http://elsewhere.test/2026/11/25/other-news-of-the-day">Other news of the day elsewhere</a>
<a href="https://www.ex.test/2026/11/24/snow-closes-two-mountain-passes#top">Snow closes two mountain passes</a>
<a href="/login">Log in</a><a href="#x">Top</a><a href="mailto:a@b">Write to the newsroom now please</a>
<a href="/img/2026/11/25/photo.jpg">A photo of the river in flood</a>
<footer><a href="/2025/01/01/imprint-and-legal-notes">Imprint and legal notes of ours</a></footer>
<script>document.write('<a href="/2026/11/25/not-a-link-at-all">not a link at all, really</a>')</script>
</body></html>
"""


def test_articles_are_told_from_navigation() -> None:
    found, feeds, language = links(PAGE, "http://ex.test/")
    assert [url for url, _ in found] == [
        "http://ex.test/news/river-rises-again-4711.html",
        "http://ex.test/2026/11/25/markets",
        "http://ex.test/artikel?id=9912",
        "https://www.ex.test/2026/11/24/snow-closes-two-mountain-passes#top",
    ]
    assert found[1][1] == "Markets fall for a third day"
    assert feeds == ["http://ex.test/feed.xml"]
    assert language == "de"


def test_a_page_does_not_list_itself() -> None:
    page = '<a href="/2026/11/25/river-rises-again-today?share=facebook">River rises again in the valley</a>'
    assert links(page, "http://ex.test/2026/11/25/river-rises-again-today")[0] == []
