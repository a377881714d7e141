import { type ActionUse, actionName, literalInput } from './action-use.ts';
import { isComputed, runsAfterFailure } from './expression.ts';
import type { Finding } from './finding.ts';
import type { Job, Step, Workflow } from './workflow.ts';

/** Whether what one job measures gets to the job that publishes. */
export function checkPublishing(workflow: Workflow, uses: readonly ActionUse[]): readonly Finding[] {
  const measuring = new Set(uses.filter(({ command }) => command === 'run').map(({ job }) => job.id));
  return uses.flatMap((use) => {
    switch (use.command) {
      case 'run':
        return uploads(use, uses);
      case 'report':
        return condition(workflow, use, measuring);
      default:
        return [];
    }
  });
}

/** The jobs that a job waits for, and those that these wait for. */
export function awaited(workflow: Workflow, job: Job): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...job.needs];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(workflow.jobs.find((other) => other.id === id)?.needs ?? []));
  }
  return found;
}

function condition(workflow: Workflow, use: ActionUse, measuring: ReadonlySet<string>): readonly Finding[] {
  const { job } = use;
  const before = [...awaited(workflow, job)].filter((id) => measuring.has(id));
  if (before.length === 0 || runsAfterFailure(job.condition)) return [];
  return [
    {
      code: 'PUBLISH_CONDITION',
      severity: 'error',
      area: 'workflow',
      path: workflow.path,
      line: job.condition?.line ?? job.line,
      message: `job ${JSON.stringify(job.id)} is skipped when ${before.map((id) => JSON.stringify(id)).join(', ')} failed or was skipped, and a skipped job counts as passed`,
      nextStep: 'give the job `if: ${{ !cancelled() }}` (with `&&` for what else it asks)',
    },
  ];
}

function uploads(use: ActionUse, uses: readonly ActionUse[]): readonly Finding[] {
  const { job, step, workflow } = use;
  const later = job.steps.slice(job.steps.indexOf(step) + 1);
  const finding = (code: Finding['code'], severity: Finding['severity'], line: number) =>
    ({ code, severity, area: 'workflow', path: workflow.path, line }) as const;
  if (uses.some((other) => other.job === job && other.command === 'report' && later.includes(other.step))) return [];
  const upload = later.find((candidate) => actionName(candidate) === 'actions/upload-artifact');
  if (upload === undefined) {
    return [
      {
        ...finding('ARTIFACT_MISSING', 'error', use.uses.line),
        message: `nothing keeps what job ${JSON.stringify(job.id)} measures: no actions/upload-artifact comes after \`command: run\``,
        nextStep: 'upload `*.bundle.jsonl` of `artifact-dir` under a name that begins with `benchgate-`',
      },
    ];
  }
  const line = upload.uses?.line ?? upload.line;
  const findings: Finding[] = [...artifactName(use, upload)];
  if (!runsAfterFailure(upload.condition)) {
    findings.push({
      ...finding('ARTIFACT_CONDITION', 'warning', upload.condition?.line ?? line),
      message: 'what was measured before a failure is not uploaded',
      nextStep: 'give the upload `if: ${{ !cancelled() }}`',
    });
  }
  if (literalInput(upload, 'overwrite') !== 'true') {
    findings.push({
      ...finding('ARTIFACT_OVERWRITE', 'warning', line),
      message: 'a second attempt of the job can’t upload: its artifact’s name is taken',
      nextStep: 'give the upload `overwrite: true`',
    });
  }
  return findings;
}

function artifactName(use: ActionUse, upload: Step): readonly Finding[] {
  const { job, workflow } = use;
  const name = upload.with.get('name');
  const finding = {
    code: 'ARTIFACT_NAME',
    severity: 'error',
    area: 'workflow',
    path: workflow.path,
    line: name?.line ?? upload.uses?.line ?? upload.line,
  } as const;
  if (!(name?.text ?? '').startsWith('benchgate-')) {
    return [
      {
        ...finding,
        message: `the artifact's name ${name === undefined ? 'is not given' : `is ${JSON.stringify(name.text)}`}; \`command: report\` looks for names that begin with \`benchgate-\``,
        nextStep: 'name it `benchgate-1`, in a matrix `benchgate-${{ matrix.shard }}`',
      },
    ];
  }
  if (job.matrix === null || isComputed(name?.text ?? '')) return [];
  return [
    {
      ...finding,
      message: `every job of the matrix ${JSON.stringify(job.id)} uploads the same name, so that one is left`,
      nextStep: 'name it `benchgate-${{ matrix.shard }}`',
    },
  ];
}
