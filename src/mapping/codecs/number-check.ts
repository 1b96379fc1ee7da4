/** `form`: not even the shape. `check`: the shape fits, the check digit or the date does not. */
export type Verdict = 'ok' | 'form' | 'check';

/** Judges a national number as it stands, every character of it. */
export type NumberCheck = (text: string) => Verdict;
