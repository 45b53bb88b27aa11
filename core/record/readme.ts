/** README.txt of a bundle and of a whole log: how to check them with tar, sha256sum, ssh-keygen and openssl alone. Their bytes are the only unsigned ones. */

interface Section {
  readonly title: string;
  readonly lines: string;
}

const BODIES: Section = {
  title: 'The bodies are those that the log names (sha256sum)',
  lines: `while IFS= read -r line; do
  digest=$(printf '%s' "$line" | sed 's/.*"digest":"sha256:\\([0-9a-f]*\\)".*/\\1/')
  salt=$(printf '%s' "$line" | sed 's/.*"salt":"\\([^"]*\\)".*/\\1/')
  is=$({ printf 'crosscheck-body/v1\\n'; printf '%s' "$salt" | base64 -d; cat "bodies/$digest"; } | sha256sum | cut -c1-64)
  if [ "$is" = "$digest" ] && grep -q "$digest" entries.jsonl; then echo "OK body $digest"; else echo "WRONG body $digest"; fi
done < salts.jsonl
`,
};

/** `absent` is said of a statement that is not in the archive. */
const signatures = (title: string, absent: string): Section => ({
  title,
  lines: `host=$(sed -n '1s|[/:].*||p' checkpoint)
sed -n 's/^.*"actor":"\\([^"]*\\)".*"signature":"sha256:\\([0-9a-f]*\\)","statement":"sha256:\\([0-9a-f]*\\)".*$/\\1 \\2 \\3/p' entries.jsonl |
while read -r who signature statement; do
  if [ ! -f "bodies/$statement" ]; then ${absent}; continue; fi
  act=$(sed -n '1s|^crosscheck-\\(.*\\)/v1$|\\1|p' "bodies/$statement")
  ssh-keygen -Y verify -f allowed_signers -I "$who" -n "crosscheck-$act-v1@$host" -s "bodies/$signature" < "bodies/$statement"
done
`,
});

const FOLDER: Section = {
  title: 'The runbook folder is the one that the run names (sha256sum)',
  lines: `if grep -q "\\"runbook\\":\\"sha256:$(sha256sum runbook.json | cut -c1-64)\\"" entries.jsonl; then echo "OK runbook.json"; else echo "WRONG runbook.json"; fi
sed 's/^\\[\\[//; s/\\]\\]$//; s/\\],\\[/\\n/g' runbook.json | sed -n 's|^"\\(.*\\)","\\([0-9a-f]*\\)","0[67][45][45]"$|\\2  runbook/\\1|p' | sha256sum -c
`,
};

const FOLDERS: Section = {
  title: 'Every runbook folder is one that a run names, and every file is one that a folder lists (sha256sum)',
  lines: `for folder in folders/*; do
  [ -f "$folder" ] || continue
  if grep -q "\\"runbook\\":\\"sha256:$(sha256sum "$folder" | cut -c1-64)\\"" entries.jsonl; then echo "OK $folder"; else echo "WRONG $folder"; fi
done
for file in files/*; do
  [ -f "$file" ] || continue
  digest=$(sha256sum "$file" | cut -c1-64)
  if [ "files/$digest" = "$file" ] && cat folders/* | grep -q "\\"$digest\\""; then echo "OK $file"; else echo "WRONG $file"; fi
done
`,
};

const CHECKPOINT: Section = {
  title:
    "The log's key signed the checkpoint (openssl). Set TRUST to the trust file; without it the key is the archive's own",
  lines: `{ if [ -n "\${TRUST:-}" ]; then sed -n 's/^log-key //p' "$TRUST" | cut -d+ -f3-
  else sed -n '1s/.*"log_key":"\\([^"]*\\)".*/\\1/p' entries.jsonl; fi; } | base64 -d | tail -c 32 > key.raw
{ printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; cat key.raw; } > key.der
head -n 3 checkpoint > checkpoint.body
sed -n '5s/^.* //p' checkpoint | base64 -d | tail -c 64 > checkpoint.signature
openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in checkpoint.body -sigfile checkpoint.signature
`,
};

const GENESIS: Section = {
  title: 'The log begins with the genesis of the trust file (sha256sum)',
  lines: `if [ -z "\${TRUST:-}" ]; then echo "TRUST is not set"
elif [ "$(head -n 1 entries.jsonl | tr -d '\\n' | sha256sum | cut -c1-64)" = "$(sed -n 's/^genesis sha256://p' "$TRUST")" ]
then echo "OK genesis"; else echo "WRONG genesis"; fi
`,
};

/** The whole text: the first words, then each section with its number. */
function readme(title: string, what: string, file: string, sections: readonly Section[]): string {
  const numbered = sections.map(({ title, lines }, index) => `${index + 1}. ${title}\n\n${lines}`);
  return `${title}
${'='.repeat(title.length)}

${what} docs/log-format.md of the project describes every byte. Nothing in this file is signed.

Ask for the trust file (four lines) by another way than this archive came, unpack this archive into an empty folder,
and paste the blocks below into a POSIX shell in that folder. A line that does not say OK, Good or Verified is a finding.
The complete check, policy included, is:  crosscheck record verify ${file} --trust TRUST_FILE


${numbered.join('\n\n')}`;
}

export const README = readme(
  "A run's record, provable without us",
  `This archive is one run of a Crosscheck log: its entries, everything that people and agents signed, and the runbook
folder that ran.`,
  'RUN.crosscheck.tar',
  [
    BODIES,
    signatures(
      'Every signature holds (ssh-keygen); a body that is absent is withheld until the step has started',
      'echo "OK withheld $statement"',
    ),
    FOLDER,
    CHECKPOINT,
    GENESIS,
  ],
);

export const README_WHOLE = readme(
  'A whole log, provable without us',
  `This archive is a whole Crosscheck log: every entry, and of the runs that were opened in its period everything that
people and agents signed, and the runbook folders that ran.`,
  'LOG.crosscheck.tar',
  [BODIES, signatures('Every signature that is here holds (ssh-keygen)', ':'), FOLDERS, CHECKPOINT, GENESIS],
);
