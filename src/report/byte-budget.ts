/** How long a rendering may be: both bounds hold. */
export interface Budget {
  /** UTF-8 bytes. */
  readonly budgetBytes: number;
  /** UTF-16 units, what JavaScript calls length. */
  readonly budgetCharacters: number;
}

/** What GitHub takes, with room to spare. Sources: api.github.com answers, actions/runner `FileCommandManager.cs`. */
export const budgets = {
  /** A comment's body: 65,536 characters are documented, 262,144 bytes are stored. */
  comment: { budgetBytes: 240_000, budgetCharacters: 60_000 },
  /** 1 MiB for each step; a larger file is dropped whole. */
  jobSummary: { budgetBytes: 1_000_000, budgetCharacters: 1_000_000 },
  /** A check run's summary and its text: 65,535 each. */
  check: { budgetBytes: 60_000, budgetCharacters: 60_000 },
} as const satisfies Record<string, Budget>;

/** Length of a text in UTF-8 bytes. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** True when a text keeps both bounds. */
export function fits(text: string, { budgetBytes, budgetCharacters }: Budget): boolean {
  // No character takes more than three bytes per UTF-16 unit: most texts need not be encoded to know.
  return text.length <= budgetCharacters && (text.length * 3 <= budgetBytes || byteLength(text) <= budgetBytes);
}

/** The largest of `least` to `most` whose rendering fits, where a larger number renders longer; null when none does. */
export function largestFitting(
  least: number,
  most: number,
  render: (amount: number) => string,
  budget: Budget,
): string | null {
  let found: string | null = null;
  let low = least;
  let high = most;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const text = render(middle);
    if (fits(text, budget)) {
      found = text;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}

/** The beginning of a text within both bounds, cut between whole characters, with `…` where it was cut. */
export function cutToFit(text: string, budget: Budget): string {
  if (fits(text, budget)) return text;
  const characters = [...text];
  return largestFitting(0, characters.length, (amount) => `${characters.slice(0, amount).join('')}…`, budget) ?? '';
}
