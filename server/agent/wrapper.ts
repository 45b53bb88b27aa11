/** The shell wrapper around a command: it claims the right to run once, records who it is and how the command ended. It interprets no argument. */

/**
 * `$1` is the attempt's directory, `$2` how often a failed try is tried again and `$3` the seconds before each; then
 * come the phases, each as its number of arguments and the arguments. Its first act is an atomic mkdir: whoever makes
 * `claim` first, this wrapper or a recovering agent, decides. The traps keep the wrapper alive to record the status; a
 * handler, unlike an ignored signal, is not inherited by the command. A status counts only with its newline, so half
 * of one is none. `exec` keeps a program's name from meaning a shell builtin.
 *
 * Every try runs all phases under the one claim, with an outputs file of its own; the last status is the status. The
 * phases are a function because its arguments are its own: a try consumes them, and the next one finds them again.
 *
 * The command's environment is what was signed: an assignment to a name that was inherited would change it, so every
 * variable here has a prefix, and what the shell itself exports is taken back. `eval` sees numbers of arguments only,
 * never an argument.
 */
export const WRAPPER = `
PATH=/usr/bin:/bin mkdir "$1/claim" 2>/dev/null || exit 0
_xck_stop=
trap '_xck_stop=1' TERM INT HUP QUIT
_xck_dir=$1
_xck_tries=$(($2 + 1))
_xck_delay=$3
shift 3
read -r _xck_line </proc/$$/stat
printf '%s\\n' "$_xck_line" >"$_xck_dir/id" || exit 1
unset PWD OLDPWD SHLVL
_xck_phases() {
  _xck_rc=0
  while [ $# -gt 0 ] && [ $_xck_rc -eq 0 ] && [ -z "$_xck_stop" ]; do
    _xck_count=$1
    shift
    _xck_argv=
    _xck_at=0
    while [ $_xck_at -lt $_xck_count ]; do
      _xck_at=$((_xck_at + 1))
      _xck_argv="$_xck_argv \\"\\\${$_xck_at}\\""
    done
    (eval "exec $_xck_argv") >>"$_xck_dir/output" 2>&1
    _xck_rc=$?
    shift "$_xck_count"
  done
}
_xck_try=1
_xck_phases "$@"
while [ $_xck_rc -ne 0 ] && [ -z "$_xck_stop" ] && [ $_xck_try -lt $_xck_tries ]; do
  _xck_try=$((_xck_try + 1))
  printf '\\n[crosscheck: ended with status %s; try %s of %s follows]\\n' $_xck_rc $_xck_try $_xck_tries >>"$_xck_dir/output"
  PATH=/usr/bin:/bin sleep "$_xck_delay"
  PATH=/usr/bin:/bin rm -rf "$_xck_dir/outputs"
  [ -n "$_xck_stop" ] || _xck_phases "$@"
done
[ -n "$_xck_stop" ] && [ $_xck_rc -eq 0 ] && _xck_rc=143
printf '%s\\n' "$_xck_rc" >"$_xck_dir/rc"
`;
