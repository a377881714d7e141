import type { Verdict } from '../domain/verdict.ts';
import { judgeArtifacts } from './artifacts.ts';
import { judgeAgainstBaseline } from './baseline.ts';
import { judgeAgainstBase } from './interleaved.ts';
import type { JudgeInput } from './judge-input.ts';
import { bareDecision, toVerdict } from './verdict.ts';

/** One experiment's verdict from records and nothing else: the same tonight as in the pull request. */
export function judge(input: JudgeInput): Verdict {
  const own = { ...input, lines: input.lines.filter((line) => line.experiment === input.benchmark.name) };
  const skipped = skippedVerdict(own);
  if (skipped !== null) return skipped;
  switch (input.benchmark.policy) {
    case 'reference':
      return judgeArtifacts(own);
    case 'sigma':
    case 'mann_whitney':
      return judgeAgainstBaseline(own);
    case 'paired':
    case 'exact':
      return judgeAgainstBase(own);
  }
}

/** SKIPPED when all that this revision's runs left under the rule is the word that a secret was missing; else null. */
function skippedVerdict({ benchmark, lines, rule, subject }: JudgeInput): Verdict | null {
  const own = lines.filter((line) => line.provenance.tree === subject.tree && line.rule === rule);
  const isSkipped = own.length > 0 && own.every((line) => line.kind === 'stopped' && line.because === 'missing_secret');
  if (!isSkipped) return null;
  const reason =
    `it needs ${benchmark.env.join(', ')}, and jobs for pull requests from forks and from Dependabot get no secrets; ` +
    'a maintainer can run it from a branch of this repository';
  return toVerdict(benchmark, bareDecision('SKIPPED', reason, 'missing_secret'));
}
