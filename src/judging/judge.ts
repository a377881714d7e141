import type { Verdict } from '../domain/verdict.ts';
import { judgeArtifacts } from './artifacts.ts';
import { judgeAgainstBaseline } from './baseline.ts';
import { judgeAgainstBase } from './interleaved.ts';
import type { JudgeInput } from './judge-input.ts';

/** One experiment's verdict from records and nothing else: the same tonight as in the pull request. */
export function judge(input: JudgeInput): Verdict {
  const own = { ...input, lines: input.lines.filter((line) => line.experiment === input.benchmark.name) };
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
