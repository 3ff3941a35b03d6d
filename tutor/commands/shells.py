"""Completion set up for a shell: what is written where, and how it is taken away again."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from tutor.dataclass import dataclass
from tutor.errors import UsageError
from tutor.folders import APPLICATION, home, make_private
from tutor.text import text

SHELLS = ("bash", "zsh", "fish")

#: At the end of the one line that goes into a start-up file, so that it is found again.
MARK = "# completion of tutor"

_BASH = """\
_tutor_completion() {
    local IFS=$'\\n'
    readarray -t COMPREPLY < <(
        _TUTOR_COMPLETE=bash _TUTOR_WORDS="${COMP_WORDS[*]:0:COMP_CWORD+1}" "$1" 2>/dev/null
    )
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    return 0
}
complete -o default -F _tutor_completion tutor
"""
_ZSH = """\
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
_tutor_completion() {
    local -a found end
    found=("${(@f)$(_TUTOR_COMPLETE=zsh _TUTOR_WORDS="${(F)words[1,CURRENT]}" $words[1] 2>/dev/null)}")
    found=("${(@)found:#}")
    [[ ${found[1]%%:*} == *= ]] && end=(-S '')
    if (( $#found )); then _describe -V tutor found $end; else _files; fi
}
compdef _tutor_completion tutor
"""
_FISH = """\
function __tutor_completion
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l asked (begin; printf '%s\\n' $words; printf '%s' "$current"; end | string collect -N)
    set -l found (env _TUTOR_COMPLETE=fish _TUTOR_WORDS=$asked $words[1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete --command tutor --no-files --arguments '(__tutor_completion)'
"""
SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


@dataclass(frozen=True, slots=True)
class Setup:
    """Where a shell's script goes, and which start-up file has to name it; fish finds it by itself."""

    script: Path
    start_up: Path | None

    @property
    def line(self) -> str:
        """The start-up file's line; it does nothing once the script is gone."""
        path = shlex.quote(str(self.script))
        return f"[ -r {path} ] && . {path}  {MARK}"


def setup(shell: str) -> Setup:
    """The places of this user.

    :raises UsageError: for a shell that has no completion here.
    :raises NoHomeError: where there is no home.
    """
    if shell not in SHELLS:
        raise UsageError(
            text("there is no completion for {shell}", shell=shell or "?"),
            text("Use one of: {choices}", choices=", ".join(SHELLS)),
        )
    own = Path(home(os.environ))
    if shell == "fish":
        folder = _folder("XDG_CONFIG_HOME", own / ".config") / "fish" / "completions"
        return Setup(folder / "tutor.fish", None)
    script = _folder("XDG_DATA_HOME", own / ".local" / "share") / APPLICATION / f"tutor.{shell}"
    start_up = own / ".bashrc" if shell == "bash" else _folder("ZDOTDIR", own) / ".zshrc"
    return Setup(script, start_up)


def install(found: Setup, shell: str) -> list[Path]:
    """Write the script, and name it in the start-up file unless it is there; the files that were written.

    :raises OSError: when one cannot be written.
    """
    make_private(found.script.parent)
    found.script.write_text(SCRIPTS[shell], encoding="utf-8")
    written = [found.script]
    if found.start_up is not None:
        content = _read(found.start_up)
        if found.line not in content.splitlines():
            _append(found.start_up, content, found.line)
            written.append(found.start_up)
    return written


def remove(found: Setup) -> list[Path]:
    """Take both away again; the files that were changed.

    :raises OSError: when one cannot be changed.
    """
    changed = []
    if found.script.exists():
        found.script.unlink()
        changed.append(found.script)
    if found.start_up is not None and MARK in (content := _read(found.start_up)):
        kept = [line for line in content.splitlines(keepends=True) if not line.rstrip().endswith(MARK)]
        with found.start_up.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.writelines(kept)
        changed.append(found.start_up)
    return changed


def _append(path: Path, content: str, line: str) -> None:
    with path.open("a", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.write(("" if not content or content.endswith("\n") else "\n") + line + "\n")


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return ""


def _folder(variable: str, default: Path) -> Path:
    value = os.environ.get(variable, "")
    return Path(value) if os.path.isabs(value) else default
