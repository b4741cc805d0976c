"""The settings for Neovim on the page about editors work in a real one, without a screen."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import read_page
from tests.support.running import ROOT, STARTER, environment

pytest.importorskip("pygls")

NEOVIM = shutil.which("nvim")
OLD = (STARTER / "input.yaml").read_text()
NEW = (STARTER / "output.yaml").read_text()
BROKEN = NEW.replace("backend: kv_default", "backend: kv_defalt", 1)

SCRIPT = """\
local function wait(condition)
  if not vim.wait(60000, condition, 20) then error('nothing has come') end
end
local function codes()
  return vim.tbl_map(function(each) return each.code end, vim.diagnostic.get(0))
end
local function ask(method, more)
  local params = vim.tbl_extend('force', vim.lsp.util.make_position_params(), more or {})
  local answers = vim.lsp.buf_request_sync(0, method, params, 60000)
  for _, answer in pairs(answers) do return answer.result end
end
local done = {}
wait(function() return #codes() > 0 end)
done.opened = codes()
vim.fn.search('kv_defalt')
done.hover = ask('textDocument/hover').contents.value
vim.cmd('substitute/kv_defalt/kv_default/')
wait(function() return #codes() == 0 end)
done.fixed = codes()
vim.fn.search('backend: kv_default')
vim.cmd('normal! 2w')
local edit = ask('textDocument/rename', { newName = 'main' })
vim.lsp.util.apply_workspace_edit(edit, 'utf-16')
done.renamed = vim.api.nvim_buf_get_lines(0, 0, -1, false)
vim.fn.search('backend: main')
vim.cmd('normal! 2w')
done.completed = ask('textDocument/completion').items[1].label
vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.fn.readfile(OLD))
wait(function() return true end)
vim.cmd('StackcfgMigrate 0.3')
wait(function() return vim.fn.search('^storage:') > 0 end)
done.migrated = vim.api.nvim_buf_get_lines(0, 0, -1, false)
vim.fn.writefile({ vim.json.encode(done) }, RESULT)
vim.cmd('quitall!')
"""


@pytest.mark.skipif(NEOVIM is None, reason="no Neovim")
def test_neovim_opens_fixes_renames_completes_and_migrates(tmp_path: Path) -> None:
    [_, settings] = read_page("editors.md").of_language("lua")
    command = json.dumps(sys.executable)
    settings = settings.replace(
        "{ 'stackcfg', 'lsp' }", f"{{ {command}, '-m', 'stackcfg', 'lsp' }}"
    )
    (tmp_path / "init.lua").write_text(settings)
    (tmp_path / "run.yaml").write_text(BROKEN)
    (tmp_path / "old.yaml").write_text(OLD)
    result = tmp_path / "result.json"
    names = {"OLD": tmp_path / "old.yaml", "RESULT": result}
    head = "".join(
        f"local {name} = {json.dumps(str(path))}\n" for name, path in names.items()
    )
    (tmp_path / "steps.lua").write_text(head + SCRIPT)
    done = subprocess.run(
        [
            NEOVIM,
            "--headless",
            "-n",
            "-u",
            str(tmp_path / "init.lua"),
            str(tmp_path / "run.yaml"),
            "-c",
            f"luafile {tmp_path / 'steps.lua'}",
            "-c",
            "quitall!",
        ],
        env=environment(PYTHONPATH=str(ROOT), XDG_STATE_HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert result.exists(), done.stderr
    found = json.loads(result.read_text())
    assert found["opened"] == ["unknown-backend"]
    assert "`unknown-backend`" in found["hover"]
    assert found["fixed"] == []
    assert "\n".join(found["renamed"]) + "\n" == NEW.replace("kv_default", "main")
    assert found["completed"] in ("main", "sql_default")
    assert "\n".join(found["migrated"]) + "\n" == NEW
