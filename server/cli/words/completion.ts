/** `completion`: a bash script that knows the words and options of the table. It asks no server for names. */
import { type Cli, COMMON, type Word } from '../args.ts';
import { EXIT, type Exit } from '../exits.ts';

/** Run: source <(crosscheck completion) */
export async function completion({ terminal }: Cli, words: readonly Word[]): Promise<Exit> {
  terminal.out(bashScript(words));
  return EXIT.ok;
}

export function bashScript(words: readonly Word[]): string {
  const longestFirst = [...words].sort((a, b) => b.name.length - a.name.length);
  const cases = longestFirst.map(({ name, options }) => {
    const known = Object.keys({ ...options, ...COMMON }).map((option) => `--${option}`);
    return `    '${name}'*) words='${known.join(' ')}' ;;`;
  });
  return `_crosscheck() {
  local line="\${COMP_WORDS[*]:1:COMP_CWORD-1}" current="\${COMP_WORDS[COMP_CWORD]}" words=''
  case "$line" in
    '') words='${next(words, '')}' ;;
${nouns(words)
  .map((noun) => `    '${noun}') words='${next(words, `${noun} `)}' ;;`)
  .join('\n')}
  esac
  if [[ -z $words && $current == -* ]]; then
    case "$line" in
${cases.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ \${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
}
complete -F _crosscheck crosscheck`;
}

const nouns = (words: readonly Word[]): string[] => [
  ...new Set(words.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0] ?? ''] : []))),
];

/** What may follow a beginning, once each. */
const next = (words: readonly Word[], beginning: string): string =>
  [
    ...new Set(
      words
        .filter(({ name }) => name.startsWith(beginning))
        .map(({ name }) => name.slice(beginning.length).split(' ')[0] ?? ''),
    ),
  ].join(' ');
