import type { GateSettings } from '../contracts.ts';
import { mannWhitneyGate } from '../gates/mann-whitney.ts';
import { sigmaGate } from '../gates/sigma.ts';
import { hodgesLehmann } from '../statistics/hodges-lehmann.ts';
import { holm } from '../statistics/holm.ts';
import { mannWhitney } from '../statistics/mann-whitney.ts';
import { rankE } from '../statistics/rank-e.ts';
import { signedRank } from '../statistics/signed-rank.ts';
import { wilsonInterval } from '../statistics/wilson.ts';
import { RequestError, StatsRequest } from './stats-request.ts';

/** Answers one line of the `stats` protocol (DESIGN §9) with one line of JSON; never throws for what the line says. */
export function answerStats(line: string): string {
  let id: unknown;
  try {
    const request = StatsRequest.parse(line);
    id = request.id;
    return encode(id, compute(request));
  } catch (error) {
    if (error instanceof RequestError)
      return encode(error.id ?? id, { error: { code: error.code, message: error.message } });
    if (error instanceof RangeError) return encode(id, { error: { code: 'OUT_OF_RANGE', message: error.message } });
    throw error;
  }
}

function compute(request: StatsRequest): object {
  switch (request.text('stat')) {
    case 'wilson':
      return wilsonInterval(request.number('successes'), request.number('n'), request.number('confidence', 0.95));
    case 'mann_whitney':
      return mannWhitney(request.numbers('x'), request.numbers('y'), request.alternative());
    case 'signed_rank':
      return signedRank(request.numbers('d'), request.alternative());
    case 'hodges_lehmann':
      return hodgesLehmann(request.numbers('d'), request.number('confidence', 0.95));
    case 'holm':
      return { adjusted: holm(request.numbers('p')) };
    case 'rank_e': {
      const { e, maxE } = rankE(
        request.numbers('d'),
        request.number('tau', 0),
        request.choice('side', ['greater', 'less'], 'greater'),
      );
      return { e, max_e: maxE };
    }
    case 'gate':
      return gateAnswer(request);
    default:
      throw new RequestError(
        'UNKNOWN_STAT',
        `no statistic is named ${JSON.stringify(request.text('stat'))}`,
        request.id,
      );
  }
}

/** benchstone's gate on bare numbers: nulls, NaN and rows with another status than "ok" are dropped, as its store does. */
function gateAnswer(request: StatsRequest): object {
  const policy = request.choice('policy', ['sigma', 'mann_whitney']);
  const threshold = request.extendedNumber('threshold');
  const settings: GateSettings = {
    direction: request.choice('direction', ['minimize', 'maximize']),
    goal: request.choice('goal', ['improvement', 'no_regression'], 'improvement'),
    tolerance: 0.05,
    alphaFail: 0.01,
    alphaPass: 0.05,
    minPairs: 6,
    maxPairs: 30,
    promotionSigma: threshold,
    promotionZ: policy === 'mann_whitney' ? threshold : null,
    requiredBaseline: Math.max(request.number('baseline_seeds', 0), 2),
    requiredCandidate: Math.max(request.number('repetitions', 1), 2),
    familySize: 1,
  };
  const baseline = request.flag('has_baseline', true) ? request.rows('baseline') : null;
  if (baseline === null)
    return { verdict: 'NO_BASELINE', statistic: null, reason: 'no baseline is established', threshold: null };
  const decision = (policy === 'sigma' ? sigmaGate : mannWhitneyGate).decide(
    baseline,
    request.rows('candidate') ?? [],
    settings,
  );
  const { evidence } = decision;
  return {
    verdict: decision.kind,
    statistic: evidence?.value ?? null,
    threshold: evidence?.threshold ?? null,
    reason: decision.reason,
    baseline_mean: evidence === null ? null : (decision.baseline?.mean ?? null),
    baseline_se: evidence === null ? null : (decision.baseline?.standardError ?? null),
    candidate_mean: evidence === null ? null : (decision.candidate?.mean ?? null),
    candidate_se: evidence === null ? null : (decision.candidate?.standardError ?? null),
    warnings: decision.warnings,
  };
}

/** JSON has no word for non-finite numbers: they are written as strings. */
function encode(id: unknown, answer: object): string {
  return JSON.stringify({ ...(id === undefined ? {} : { id }), ...answer }, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}
