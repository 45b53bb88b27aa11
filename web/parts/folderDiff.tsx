/** Two folders of a runbook, file by file and line by line: what a reviewer has to read of a new digest. */
import { fromBase64, fromUtf8 } from '../../core/bytes/encoding.ts';
import type { FileText, FolderDocument } from '../../core/protocol/frames.ts';
import { bytes, visible } from '../format.ts';
import { escaped } from '../room/output.ts';
import { type LineChange, lineDiff } from './lineDiff.ts';
import { Pane } from './pane.tsx';

const textOf = (file: FileText | undefined): string | undefined => {
  if (!file) return '';
  const raw = fromBase64(file.bytes);
  return raw && fromUtf8(raw);
};

const AROUND = 3;

/** Only what changed, with a few lines around it. */
function near(changes: readonly LineChange[]): readonly (LineChange | null)[] {
  const kept = changes.map((_, index) =>
    changes.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(({ is }) => is !== 'same'),
  );
  return changes.flatMap((one, index): (LineChange | null)[] =>
    kept[index] ? [one] : kept[index - 1] || (index === 0 && kept.includes(true)) ? [null] : [],
  );
}

const SIGN = { same: ' ', gone: '−', came: '+' } as const;

function FileDiff({
  path,
  before,
  after,
}: {
  readonly path: string;
  readonly before?: FileText;
  readonly after?: FileText;
}) {
  const [old, new_] = [textOf(before), textOf(after)];
  const what = !before
    ? 'added'
    : !after
      ? 'removed'
      : before.mode !== after.mode
        ? `mode ${before.mode} → ${after.mode}`
        : 'changed';
  return (
    <section>
      <h2 class="break">
        {visible(path)} <span class="dim">{what}</span>
      </h2>
      {old === undefined || new_ === undefined ? (
        <p class="dim">
          Not text: {bytes(fromBase64(before?.bytes ?? '')?.length ?? 0)} before,{' '}
          {bytes(fromBase64(after?.bytes ?? '')?.length ?? 0)} after.
        </p>
      ) : (
        <Pane class="file whole" label={`Changes of ${visible(path)}`}>
          <ol class="changes">
            {near(lineDiff(old, new_)).map((one, index) =>
              one === null ? (
                <li key={index} class="gap">
                  <span />
                  <span>…</span>
                </li>
              ) : (
                <li key={index} class={one.is}>
                  <span>{one.after ?? one.before}</span>
                  <span>
                    {SIGN[one.is]} {escaped(one.text)}
                    {one.is === 'same' ? null : (
                      <span class="hide">{one.is === 'gone' ? ' (removed)' : ' (added)'}</span>
                    )}
                  </span>
                </li>
              ),
            )}
          </ol>
        </Pane>
      )}
    </section>
  );
}

export function FolderDiff({ before, after }: { readonly before: FolderDocument; readonly after: FolderDocument }) {
  const paths = [...new Set([...before.files, ...after.files].map(({ path }) => path))].sort();
  const pairs = paths.map((path) => ({
    path,
    before: before.files.find((file) => file.path === path),
    after: after.files.find((file) => file.path === path),
  }));
  const changed = pairs.filter(
    (pair) => pair.before?.bytes !== pair.after?.bytes || pair.before?.mode !== pair.after?.mode,
  );
  return (
    <>
      <p>
        {changed.length} of {paths.length} files differ.
      </p>
      {changed.map((pair) => (
        <FileDiff
          key={pair.path}
          path={pair.path}
          {...(pair.before ? { before: pair.before } : {})}
          {...(pair.after ? { after: pair.after } : {})}
        />
      ))}
    </>
  );
}
