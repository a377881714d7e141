import type { Verdict } from '../domain/verdict.ts';
import { referencePath } from '../ledger/layout.ts';
import { withSnapshot } from './evidence-reader.ts';
import type { Project } from './project.ts';
import type { World } from './world.ts';

const shownLines = 10;
const shownCharacters = 160;

/**
 * How a failed correctness benchmark's artifact differs from its reference: the first differing lines of text, or the first
 * differing byte. Bounded. For the person who runs the gate; measured code never sees the reference. Null when not known.
 */
export async function describeDifference(world: World, project: Project, verdict: Verdict): Promise<string | null> {
  const { referenceHash, candidateHash } = verdict;
  if (verdict.policy !== 'reference' || verdict.kind !== 'FAIL' || referenceHash === null || candidateHash === null)
    return null;
  if (referenceHash === candidateHash) return null;
  const expected = await withSnapshot(project, (snapshot) => snapshot.bytes(referencePath(referenceHash)));
  const actual = await world.artifacts.bytes(candidateHash);
  if (expected === null || actual === null)
    return `the ${expected === null ? 'reference' : 'artifact'} bytes are not on this machine`;
  return compareBytes(expected, actual);
}

/** Bounded description of where two byte strings part: a few lines when both are text, else an offset. */
export function compareBytes(expected: Uint8Array, actual: Uint8Array): string {
  const shorter = Math.min(expected.length, actual.length);
  let offset = 0;
  while (offset < shorter && expected[offset] === actual[offset]) offset++;
  const sizes =
    expected.length === actual.length
      ? `both ${expected.length} bytes`
      : `${expected.length} bytes expected, ${actual.length} found`;
  const [left, right] = [asText(expected), asText(actual)];
  if (left === null || right === null) {
    const byte = (bytes: Uint8Array) =>
      offset < bytes.length ? `0x${(bytes[offset] ?? 0).toString(16).padStart(2, '0')}` : 'end of file';
    return `first difference at byte ${offset}: expected ${byte(expected)}, found ${byte(actual)} (${sizes})`;
  }
  const [before, after] = [left.split('\n'), right.split('\n')];
  const first = before.findIndex((line, index) => line !== after[index]);
  const start = first < 0 ? before.length : first;
  const rows: string[] = [`first difference at byte ${offset}, line ${start + 1} (${sizes})`];
  for (let line = start; line < Math.max(before.length, after.length) && rows.length < shownLines; line++) {
    if (before[line] === after[line]) continue;
    if (before[line] !== undefined) rows.push(`- ${shorten(before[line] ?? '')}`);
    if (after[line] !== undefined) rows.push(`+ ${shorten(after[line] ?? '')}`);
  }
  return rows.join('\n');
}

function asText(bytes: Uint8Array): string | null {
  if (bytes.length > 4 * 1024 * 1024 || bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function shorten(line: string): string {
  return line.length > shownCharacters ? `${line.slice(0, shownCharacters)}…` : line;
}
