/** Looks at something again and again while a soak lasts, and once more at its end; the first time that it does not hold is the last. */

export interface Soak {
  /** Ends the looking; `last` asks for one more look, so that a soak is never good unseen. Returns what did not hold. */
  end(last: boolean): Promise<string | null>;
}

/** `look` says what does not hold, or null; `onFlaw` is told at once. */
export function openSoak(everyMs: number, look: () => Promise<string | null>, onFlaw: (why: string) => void): Soak {
  let flaw: string | null = null;
  let open = true;
  let wake = () => {};
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const lookOnce = async () => {
    flaw = await look();
    if (flaw !== null) onFlaw(flaw);
  };
  const looking = (async () => {
    while (open && flaw === null) {
      await pause();
      if (open) await lookOnce();
    }
  })();
  return {
    end: async (last) => {
      open = false;
      wake();
      await looking;
      if (last && flaw === null) await lookOnce();
      return flaw;
    },
  };
}
