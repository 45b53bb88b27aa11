/** The shell wrapper around a command: it claims the right to run once, records who it is and how the command ended. It interprets no argument. */

/**
 * `$1` is the attempt's directory; then come the phases, each as its number of arguments and the arguments. Its first
 * act is an atomic mkdir: whoever makes `claim` first, this wrapper or a recovering agent, decides. The traps keep the
 * wrapper alive to record the status; a handler, unlike an ignored signal, is not inherited by the command. A status
 * counts only with its newline, so half of one is none. `exec` keeps a program's name from meaning a shell builtin.
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
shift
read -r _xck_line </proc/$$/stat
printf '%s\\n' "$_xck_line" >"$_xck_dir/id" || exit 1
unset PWD OLDPWD SHLVL
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
[ -n "$_xck_stop" ] && [ $_xck_rc -eq 0 ] && _xck_rc=143
printf '%s\\n' "$_xck_rc" >"$_xck_dir/rc"
`;
