/** The receipts of whatever was signed in this browser, the last ones of each log: each proves, without the server, that the log has the entry. */
import type { Api } from '../api.ts';

const KEPT = 100;
const place = (origin: string): string => `crosscheck-receipts:${origin}`;

/** Tlog-proofs, oldest first. */
export const receiptsIn = (storage: Storage, origin: string): string[] =>
  JSON.parse(storage.getItem(place(origin)) ?? '[]') as string[];

/** The API that keeps every receipt it is given. */
export const keepingReceipts = (api: Api, storage: Storage, origin: () => string | undefined): Api => ({
  ...api,
  async command(command) {
    const answer = await api.command(command);
    const log = origin();
    if (answer.ok && answer.value.receipt && log)
      storage.setItem(place(log), JSON.stringify([...receiptsIn(storage, log), answer.value.receipt].slice(-KEPT)));
    return answer;
  },
});
