/** README.txt of a bundle: how to check it with tar, sha256sum, ssh-keygen and openssl alone. Its bytes are the only unsigned ones. */

export const README = `A run's record, provable without us
====================================

This archive is one run of a Crosscheck log: its entries, everything that people and agents signed, and the runbook
folder that ran. docs/log-format.md of the project describes every byte. Nothing in this file is signed.

Ask for the trust file (four lines) by another way than this archive came, unpack this archive into an empty folder,
and paste the blocks below into a POSIX shell in that folder. A line that does not say OK, Good or Verified is a finding.
The complete check, policy included, is:  crosscheck record verify RUN.crosscheck.tar --trust TRUST_FILE


1. The bodies are those that the log names (sha256sum)

while IFS= read -r line; do
  digest=$(printf '%s' "$line" | sed 's/.*"digest":"sha256:\\([0-9a-f]*\\)".*/\\1/')
  salt=$(printf '%s' "$line" | sed 's/.*"salt":"\\([^"]*\\)".*/\\1/')
  is=$({ printf 'crosscheck-body/v1\\n'; printf '%s' "$salt" | base64 -d; cat "bodies/$digest"; } | sha256sum | cut -c1-64)
  if [ "$is" = "$digest" ] && grep -q "$digest" entries.jsonl; then echo "OK body $digest"; else echo "WRONG body $digest"; fi
done < salts.jsonl


2. Every signature holds (ssh-keygen); a body that is absent is withheld until the step has started

host=$(sed -n '1s|[/:].*||p' checkpoint)
sed -n 's/^.*"actor":"\\([^"]*\\)".*"signature":"sha256:\\([0-9a-f]*\\)","statement":"sha256:\\([0-9a-f]*\\)".*$/\\1 \\2 \\3/p' entries.jsonl |
while read -r who signature statement; do
  if [ ! -f "bodies/$statement" ]; then echo "OK withheld $statement"; continue; fi
  act=$(sed -n '1s|^crosscheck-\\(.*\\)/v1$|\\1|p' "bodies/$statement")
  ssh-keygen -Y verify -f allowed_signers -I "$who" -n "crosscheck-$act-v1@$host" -s "bodies/$signature" < "bodies/$statement"
done


3. The runbook folder is the one that the run names (sha256sum)

if grep -q "\\"runbook\\":\\"sha256:$(sha256sum runbook.json | cut -c1-64)\\"" entries.jsonl; then echo "OK runbook.json"; else echo "WRONG runbook.json"; fi
sed 's/^\\[\\[//; s/\\]\\]$//; s/\\],\\[/\\n/g' runbook.json | sed -n 's|^"\\(.*\\)","\\([0-9a-f]*\\)","0[67][45][45]"$|\\2  runbook/\\1|p' | sha256sum -c


4. The log's key signed the checkpoint (openssl). Set TRUST to the trust file; without it the key is the archive's own

{ if [ -n "\${TRUST:-}" ]; then sed -n 's/^log-key //p' "$TRUST" | cut -d+ -f3-
  else sed -n '1s/.*"log_key":"\\([^"]*\\)".*/\\1/p' entries.jsonl; fi; } | base64 -d | tail -c 32 > key.raw
{ printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; cat key.raw; } > key.der
head -n 3 checkpoint > checkpoint.body
sed -n '5s/^.* //p' checkpoint | base64 -d | tail -c 64 > checkpoint.signature
openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in checkpoint.body -sigfile checkpoint.signature


5. The log begins with the genesis of the trust file (sha256sum)

if [ -z "\${TRUST:-}" ]; then echo "TRUST is not set"
elif [ "$(head -n 1 entries.jsonl | tr -d '\\n' | sha256sum | cut -c1-64)" = "$(sed -n 's/^genesis sha256://p' "$TRUST")" ]
then echo "OK genesis"; else echo "WRONG genesis"; fi
`;
