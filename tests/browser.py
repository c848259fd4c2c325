"""A real browser without a screen, in which a page runs a script of a test."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FOUND = next((path for path in map(shutil.which, PROGRAMS) if path), None)
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--enable-logging=stderr"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--virtual-time-budget=20000", "--window-size=1300,1000"),
)
SCRIPT = """
<script>
addEventListener("load", async () => {
  const answer = document.createElement("pre");
  answer.id = "answer";
  try { answer.textContent = JSON.stringify(await (async () => { %s })()); }
  catch (error) { answer.textContent = JSON.stringify({ fault: String(error) }); }
  document.body.append(answer);
});
const later = (time) => new Promise((done) => setTimeout(done, time));
</script>
"""


def answer(page: str, script: str, folder: Path) -> tuple[Any, list[str]]:
    """What a script returns in a page, and what the browser's console says.

    The script is the body of an async function, and runs when the page has been loaded.
    """
    assert FOUND is not None
    path = folder / "page.html"
    path.write_text(page + SCRIPT % script, encoding="utf-8")
    command = [FOUND, *QUIET, f"--user-data-dir={folder}/user", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    match = re.search(r'<pre id="answer">(.*?)</pre>', done.stdout, re.DOTALL)
    assert match is not None, done.stderr
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(unescape(match[1])), said
