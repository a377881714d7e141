import { BenchgateError, UsageError } from '../domain/errors.ts';
import { exitCodes } from '../domain/exit-code.ts';
import { count } from '../domain/quantity.ts';
import type { Verdict } from '../domain/verdict.ts';
import { settle } from '../judging/settle.ts';
import { parseShard, type Shard } from '../planning/shards.ts';
import { establishBaseline, promote } from './baseline.ts';
import { keepBundle, readBundles, writeBundle } from './bundles.ts';
import { type Ci, type CiOutcome, ciRunKey, openCiProject } from './ci.ts';
import { ciReport } from './ci-present.ts';
import { baseRules, ciRevisions } from './ci-rules.ts';
import { judgeFromLines } from './evaluate.ts';
import { gate } from './gate.ts';
import { dependencyChanges } from './guard.ts';
import { lastMeasuredCommit } from './nightly.ts';
import { ordinaryOptions } from './prepare.ts';
import type { Project } from './project.ts';
import { runReport } from './report.ts';
import type { EventRevisions } from './revisions.ts';
import { settlementOf } from './rules.ts';
import { type RunOptions, type RunOutcome, run } from './run.ts';

/** `gate`, `nightly` and `guard`: measures, records where this job may, judges. */
export async function gateInCi(ci: Ci): Promise<CiOutcome> {
  const { event, options } = ci;
  const project = await openCiProject(ci);
  const revisions = await ciRevisions(ci, project);
  if (options.command === 'nightly' && revisions.subject.refClass !== 'default_branch') {
    throw new UsageError('USAGE', '`command: nightly` measures the default branch only', {
      place: event.ref,
      nextStep: 'start it on the default branch; for another one use `command: gate`',
    });
  }
  if (options.command === 'guard') {
    const unchanged = await unchangedDependency(ci, project, revisions);
    if (unchanged !== null) return unchanged;
  }
  if (options.shard !== null) {
    throw new UsageError('USAGE', `\`command: ${options.command}\` measures and judges everything; it takes no shard`, {
      place: 'with: shard',
      nextStep: 'use `command: run` with `shard`, and `command: report` in a job of its own (docs/shards.md)',
    });
  }
  const runOptions = await runOptionsOf(ci, project, revisions, null);
  const isStranger = revisions.subject.refClass === 'fork';
  const { outcome, verdicts } = event.withoutSecrets
    ? await gateWithoutLedger(ci, project, runOptions, isStranger ? 'claimed' : 'trusted')
    : await gateWithLedger(ci, project, runOptions);
  const report = await ciReport(ci, project, outcome, verdicts, isStranger ? 'claimed' : 'trusted');
  return {
    report,
    text: '',
    exitCode: report.exitCode,
    pullRequest: event.pullRequest?.number ?? null,
    headSha: revisions.subject.headSha,
    confirm: outcome.unconfirmed,
    baseRef: null,
  };
}

interface Gated {
  readonly outcome: RunOutcome;
  readonly verdicts: readonly Verdict[];
}

async function gateWithLedger(ci: Ci, project: Project, options: RunOptions): Promise<Gated> {
  const { run: outcome, verdicts } = await gate(ci.world, project, options);
  if (outcome.identity.refClass === 'default_branch' && outcome.unrecorded === null) {
    await moveBaselines(ci, project, outcome, verdicts).catch((error: unknown) => {
      if (!(error instanceof BenchgateError)) throw error;
      ci.world.progress.note(`no baseline was moved: ${error.message}`);
    });
  }
  return { outcome, verdicts };
}

/** The job has no right to write, or ran a stranger's code: nothing goes to the ledger. */
async function gateWithoutLedger(
  { world }: Ci,
  project: Project,
  options: RunOptions,
  origin: 'trusted' | 'claimed',
): Promise<Gated> {
  const outcome = await run(world, project, { ...options, destination: 'caller' });
  const { rules, identity, plan } = outcome;
  const revisions = {
    head: identity.head,
    base: identity.base,
    diff: identity.diff,
    metaSeed: plan.metaSeed.toString(),
    measuredTree: rules.measuredTree,
  };
  const judged = await judgeFromLines(world, rules.project, outcome.benchmarks, revisions, outcome.lines, origin);
  return { outcome, verdicts: settle(judged, settlementOf(rules, origin, options.names)) };
}

/** On the default branch: a baseline where none exists; where the policy says so, a promoted one (DESIGN §10). */
async function moveBaselines(
  ci: Ci,
  project: Project,
  outcome: RunOutcome,
  verdicts: readonly Verdict[],
): Promise<void> {
  const stored = verdicts.filter(({ policy }) => policy === 'sigma' || policy === 'mann_whitney');
  const missing = stored.filter(({ kind }) => kind === 'NO_BASELINE').map(({ experiment }) => experiment);
  const subject = { ...outcome.identity, headSha: outcome.identity.head.sha, withoutSecrets: null };
  if (missing.length > 0) {
    ci.world.progress.note(`establishing the first baseline of ${missing.join(', ')}`);
    const runKey = ciRunKey(ci, 'establish');
    await establishBaseline(ci.world, project, {
      names: missing,
      atSha: null,
      repetitions: null,
      notes: 'first run on the default branch',
      subject,
      runKey,
    });
  }
  if (!project.manifest.policy.autoPromote) return;
  for (const { experiment } of stored.filter(({ kind }) => kind === 'PROMOTE')) {
    const metaSeed = outcome.plan.metaSeed.toString();
    const notes = 'auto_promote';
    await promote(ci.world, project, { name: experiment, metaSeed, force: false, reason: null, notes });
  }
}

/** `run`: measures its part and writes a bundle; needs no token and writes no ledger. */
export async function runInCi(ci: Ci): Promise<CiOutcome> {
  const { world, options, event } = ci;
  const project = await openCiProject(ci);
  const revisions = await ciRevisions(ci, project);
  const isConfirming = options.confirm === 'only';
  const asked = isConfirming && options.only.length === 0 ? await askedConfirmations(ci) : options.only;
  const headSha = revisions.subject.headSha;
  const done = {
    pullRequest: event.pullRequest?.number ?? null,
    headSha,
    baseRef: null,
  };
  if (isConfirming && asked.length === 0) {
    return { ...done, report: null, text: 'no bundle asks for a confirmation\n', exitCode: exitCodes.ok, confirm: [] };
  }
  const runOptions = await runOptionsOf(ci, project, revisions, isConfirming ? null : shardOf(ci));
  const outcome = await run(world, project, { ...runOptions, names: asked, destination: 'caller' });
  const path = await writeBundle(world, outcome, isConfirming ? 'confirm' : 'measure', ci.artifactDirectory);
  const { exitCode } = await runReport(world, project, outcome, null);
  const trials = count(outcome.lines.filter((line) => line.kind === 'record').length, 'trial');
  const text = `${trials} measured; bundle ${path}. It is judged by \`command: report\`\n`;
  return { ...done, report: null, text, exitCode, confirm: outcome.unconfirmed };
}

async function askedConfirmations({ world, artifactDirectory }: Ci): Promise<readonly string[]> {
  const bundles = await readBundles(world, [artifactDirectory]);
  return [...new Set(bundles.flatMap(({ header }) => header.confirm))];
}

async function runOptionsOf(
  ci: Ci,
  project: Project,
  revisions: EventRevisions,
  shard: Shard | null,
): Promise<RunOptions> {
  const { event, options, world } = ci;
  const nightly =
    options.command === 'nightly' && options.baseline === null
      ? await lastMeasuredCommit(world, project, project.repository.head.tree)
      : null;
  const base = nightly ?? revisions.base;
  return {
    ...ordinaryOptions,
    names: options.only,
    base: base?.sha ?? null,
    baseHow: base?.how ?? null,
    timeBudgetMinutes: options.timeBudgetMinutes,
    rules: revisions.rulesFrom === 'head' ? { from: 'head' } : await baseRules(ci),
    subject: revisions.subject,
    shard,
    runName: `github ${event.repository.owner}/${event.repository.name} ${event.run.id}`,
    confirm: options.confirm,
    ...(ci.builds === null ? {} : { builds: ci.builds }),
    keep: (outcome) => keepBundle(world, outcome, ci.artifactDirectory),
    runKey: ciRunKey(ci, `${options.confirm} ${shard === null ? '' : `${shard.index}/${shard.count}`}`),
  };
}

/** The part of the plan that this job measures. Throws USAGE (64). */
function shardOf({ options }: Ci): Shard | null {
  const { shard, shards, strategyJobIndex, strategyJobTotal } = options;
  if (shard === null) return null;
  if (shard === 'auto') {
    if (strategyJobIndex === null || strategyJobTotal === null) {
      throw new UsageError('USAGE', 'shard: auto finds no matrix', {
        place: 'with: shard',
        nextStep: 'give the job a `strategy: matrix`, or say which part it is, such as shard: 2/5',
      });
    }
    return parseShard(`${strategyJobIndex + 1}/${shards ?? strategyJobTotal}`);
  }
  return parseShard(shard.includes('/') ? shard : `${shard}/${shards ?? 1}`);
}

/** A guard whose dependency did not change has nothing to measure, and says so. */
async function unchangedDependency(ci: Ci, project: Project, revisions: EventRevisions): Promise<CiOutcome | null> {
  const { options, world } = ci;
  const base = revisions.base;
  const changed =
    base === null ? [] : await dependencyChanges(project, base.sha, project.repository.head.sha, options.dependency);
  if (changed.length > 0) {
    world.progress.note(`${options.dependency} changes in ${changed.join(', ')}`);
    return null;
  }
  const text = `guard: ${options.dependency} does not change here; nothing was measured\n`;
  const { headSha } = revisions.subject;
  return {
    report: null,
    text,
    exitCode: exitCodes.ok,
    pullRequest: null,
    headSha,
    confirm: [],
    baseRef: null,
  };
}
