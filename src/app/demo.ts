import type { VerdictKind } from '../domain/verdict.ts';
import type { RunReport } from '../report/view.ts';
import { gate } from './gate.ts';
import { joinPath } from './paths.ts';
import { ordinaryOptions } from './prepare.ts';
import { openProject } from './project.ts';
import { freezeReference } from './reference.ts';
import { runReport } from './report.ts';
import { run } from './run.ts';
import type { World } from './world.ts';

export interface DemoOutcome {
  readonly report: RunReport;
  readonly expected: Readonly<Record<string, VerdictKind>>;
  readonly asExpected: boolean;
  readonly reportPath: string;
}

/** Makes a git repository of a folder's files and commits them; a second call commits what changed. */
export type CommitAll = (folder: string, message: string) => Promise<void>;

const expected = { parse: 'PASS', search: 'FAIL', render: 'PASS' } as const satisfies Record<string, VerdictKind>;

/**
 * The real gate on a small real project in a temporary folder: commit, freeze a reference, make one function slower, commit,
 * gate. Everything but the JSON report is removed afterwards.
 */
export async function demo(world: World, commitAll: CommitAll, reportPath: string | null): Promise<DemoOutcome> {
  const folder = await world.files.temporaryFolder('benchgate-demo-');
  try {
    const directory = joinPath(folder, 'project');
    await world.files.copyTree(joinPath(world.demoProject, 'first-commit'), directory);
    await commitAll(directory, 'first commit');
    const ledgerDirectory = joinPath(folder, 'ledger.git');
    const project = await openProject(world, {
      directory,
      ledgerBranch: null,
      ledgerRemote: 'none',
      ledgerDirectory,
      offline: false,
    });
    world.progress.note('demo: first commit; measuring the correctness artifact and freezing it as the reference');
    await run(world, project, { ...ordinaryOptions, names: ['render'] });
    await freezeReference(world, project, { name: 'render', mode: 'freeze', reason: null, notes: 'demo' });
    await world.files.copyTree(joinPath(world.demoProject, 'second-commit'), directory);
    await commitAll(directory, 'search does three times the work');
    world.progress.note('demo: second commit; it makes `search` do three times the work. Running the gate');
    const changed = await openProject(world, {
      directory,
      ledgerBranch: null,
      ledgerRemote: 'none',
      ledgerDirectory,
      offline: false,
    });
    const outcome = await gate(world, changed, ordinaryOptions);
    const report = await runReport(world, changed, outcome.run, outcome.verdicts);
    const path = reportPath ?? `${folder}.json`;
    await world.files.write(path, `${JSON.stringify({ demo: true, expected, report }, finite, 2)}\n`, 0o644);
    const asExpected = Object.entries(expected).every(([name, kind]) =>
      report.verdicts.some((verdict) => verdict.experiment === name && verdict.kind === kind),
    );
    return { report, expected, asExpected, reportPath: path };
  } finally {
    await world.files.remove(folder);
  }
}

function finite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
