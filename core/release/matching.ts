/** Seats to people, each once: a largest matching by augmenting paths. It knows no roles; whoever asks says who may sit where. */

/** Returns as many seats with a person each as can be had at the same time. */
export function matching(candidates: Readonly<Record<string, readonly string[]>>): Map<string, string> {
  const seatOf = new Map<string, string>();
  /** Finds the seat a person, moving others who have another seat to go to. */
  const place = (seat: string, asked: Set<string>): boolean => {
    for (const person of candidates[seat] ?? []) {
      if (asked.has(person)) continue;
      asked.add(person);
      const taken = seatOf.get(person);
      if (taken === undefined || place(taken, asked)) {
        seatOf.set(person, seat);
        return true;
      }
    }
    return false;
  };
  for (const seat of Object.keys(candidates)) place(seat, new Set());
  return new Map([...seatOf].map(([person, seat]) => [seat, person]));
}
