import { canonicalJson } from '../domain/canonical-json.ts';
import type { BundleHeader } from './bundle-header.ts';
import type { RunLine } from './record.ts';

/** Whether the lines of a bundle are what its header says, and agree with each other. Every line repeats what its run shares. */

const repeated = [
  'runKey',
  'startedAt',
  'harness',
  'planDigest',
  'familySize',
  'project',
  'head',
  'tree',
  'merge',
] as const;

/** A check to be called with the lines of one bundle in order: null, or what is wrong with this one. */
export function createLineCheck(header: BundleHeader): (line: RunLine) => string | null {
  const experiments = new Set(header.experiments);
  const facts = new Map<string, string>();
  const seen = new Set<string>();
  let lastOrder = -1;

  /** Null when `fact` is what it was in earlier lines. */
  const differs = (subject: string, fact: unknown): boolean => {
    const text = canonicalJson(fact);
    const before = facts.get(subject);
    if (before === undefined) facts.set(subject, text);
    return before !== undefined && before !== text;
  };

  return (line) => {
    const { provenance, experiment, purpose } = line;
    const other = repeated.find((key) => provenance[key] !== header[key]);
    if (other !== undefined) return `provenance.${other} is not the header's`;
    if (provenance.shard.index !== header.shard.index || provenance.shard.count !== header.shard.count) {
      return "provenance.shard is not the header's";
    }
    if (!experiments.has(experiment)) return 'its experiment is not in the header';
    const expectedBase = needsBase(line) ? [header.base] : [header.base, null];
    if (!expectedBase.includes(provenance.base)) return "provenance.base is not the header's";
    if (needsBase(line) && provenance.base === null)
      return 'provenance.base is null, and this gate compares with a base';
    if (differs('run', runFacts(line))) return 'it is of another run than the lines before';
    if (provenance.base !== null && differs('base', provenance.baseTree))
      return 'its base has another tree than before';
    if (differs(`experiment ${experiment}`, experimentFacts(line)))
      return 'its experiment has another rule than before';
    const stage = JSON.stringify([experiment, purpose]);
    if (differs(stage, line.plannedBlocks)) return 'its experiment has another number of planned blocks than before';
    const identity = line.kind === 'stopped' ? `stopped ${stage}` : `${line.arm} ${line.block} ${stage}`;
    if (seen.has(identity))
      return line.kind === 'stopped' ? 'the experiment stopped before' : 'this trial is there twice';
    seen.add(identity);
    if (line.kind === 'stopped') return null;
    if (line.block >= line.plannedBlocks) return 'its block was not planned';
    if (line.order <= lastOrder) return 'it was run before the line above it';
    lastOrder = line.order;
    const seed = purpose === 'baseline' ? null : header.metaSeed;
    // A confirmation may have drawn a seed of its own.
    if (purpose !== 'confirm' && line.metaSeed !== seed) return "metaSeed is not the header's";
    return null;
  };
}

/** Gates that measure both sides compare with the base; seeds of a baseline have nothing to be compared with. */
function needsBase(line: RunLine): boolean {
  if (line.purpose === 'baseline') return false;
  switch (line.policy) {
    case 'paired':
    case 'exact':
      return true;
    case 'reference':
    case 'sigma':
    case 'mann_whitney':
      return false;
  }
}

/** What all lines of one run say alike and a header does not. */
export function runFacts({ provenance }: RunLine): unknown {
  return [provenance.refClass, provenance.dirty, provenance.diff, provenance.manifest];
}

/** How an experiment is measured and judged. */
export function experimentFacts(line: RunLine): unknown {
  return [line.tier, line.policy, line.rule, line.corpus, line.suite];
}
