/** Keeps folders between jobs. A miss, a full or read-only cache and an outage only cost time: nothing here throws. */
export interface BuildCache {
  /** Fills the folder with what was saved under exactly this key; false when there is none or it can't be had in time. */
  readonly restore: (key: string, folder: string) => Promise<boolean>;
  /** Returns why nothing was saved, or null when it was (or was there already). */
  readonly save: (key: string, folder: string) => Promise<string | null>;
}
