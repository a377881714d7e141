import type { ActionUse } from './action-use.ts';
import { awaited } from './check-publishing.ts';
import { plainExpression } from './expression.ts';
import type { Finding } from './finding.ts';
import { publishes } from './publishing.ts';
import type { Text, Workflow } from './workflow.ts';

/** Whether pull requests without a token that can write have their second half: a `workflow_run` that publishes them, and them alone. */
export function checkForks(workflows: readonly Workflow[], uses: readonly ActionUse[]): readonly Finding[] {
  const reporting = uses.filter(({ command, events }) => command === 'report' && events.includes('workflow_run'));
  const served = new Set(reporting.flatMap(({ workflow }) => workflow.runsAfter.map(({ text }) => text)));
  const halves = uses.filter(
    ({ command, events, workflow }) =>
      (command === 'run' || command === 'gate') && events.includes('pull_request') && !served.has(workflow.name),
  );
  const alone = halves.map(
    ({ workflow, command }): Finding => ({
      code: 'REPORT_MISSING',
      severity: command === 'run' ? 'warning' : 'note',
      area: 'workflow',
      path: workflow.path,
      line: workflow.events.get('pull_request') ?? 1,
      message: `pull requests of forks and of Dependabot get no comment and no check: no workflow with \`command: report\` runs after ${JSON.stringify(workflow.name)}`,
      nextStep: 'take benchgate-benchmark-report.yml of `benchgate init --github`',
    }),
  );
  return [...reporting.flatMap((report) => triggersOf(report, workflows, uses)), ...alone];
}

/** Each workflow that a report runs after: whether it is there, hands something over, and leaves the publishing to the report. */
function triggersOf(report: ActionUse, workflows: readonly Workflow[], uses: readonly ActionUse[]): readonly Finding[] {
  return report.workflow.runsAfter.flatMap((name): readonly Finding[] => {
    const named = workflows.filter((workflow) => workflow.name === name.text);
    if (named.length === 0) return [untriggered(report, name)];
    const measuring = named.filter(({ events }) => events.has('pull_request'));
    if (measuring.length === 0) return [];
    const own = uses.filter(({ workflow }) => measuring.includes(workflow));
    return [
      ...(measuring.some((workflow) => handsOver(workflow, own)) ? [] : [withoutBundles(report, name)]),
      ...(isForForks(report) ? [] : reportedTwice(report, name, own)),
    ];
  });
}

function place(report: ActionUse, line: number) {
  return { severity: 'error', area: 'workflow', path: report.workflow.path, line } as const;
}

function untriggered(report: ActionUse, { text, line }: Text): Finding {
  return {
    ...place(report, line),
    code: 'REPORT_UNTRIGGERED',
    message: `no workflow is named ${JSON.stringify(text)}, so this one never runs after it`,
    nextStep: 'write the `name` of the workflow that measures',
  };
}

/** Only `command: run` makes bundles; a called workflow and a computed command can't be seen into. */
function handsOver(workflow: Workflow, uses: readonly ActionUse[]): boolean {
  if (workflow.jobs.some((job) => job.uses !== null)) return true;
  const scripts = workflow.jobs.flatMap(({ steps }) => steps.flatMap(({ run }) => run?.text ?? []));
  if (scripts.some((script) => /\bbenchgate\b.*\srun\b/.test(script))) return true;
  return uses.some(
    (use) =>
      use.workflow === workflow &&
      (use.command === 'run' || use.command === null) &&
      use.events.includes('pull_request'),
  );
}

function withoutBundles(report: ActionUse, { text, line }: Text): Finding {
  return {
    ...place(report, line),
    code: 'REPORT_WITHOUT_BUNDLES',
    message: `no job of ${JSON.stringify(text)} uploads what it measured, so every pull request of a fork becomes INVALID here`,
    nextStep:
      'split it into `command: run` with an upload and `command: report`, as `benchgate init --github` writes them',
  };
}

/** Whether the report asks for a head repository that is another one, itself or by a job it waits for. */
function isForForks({ workflow, job, step }: ActionUse): boolean {
  const ids = awaited(workflow, job);
  const before = workflow.jobs.filter(({ id }) => ids.has(id));
  return [job, step, ...before].some(({ condition }) =>
    plainExpression(condition?.text ?? '').includes('github.event.workflow_run.head_repository.'),
  );
}

function reportedTwice(report: ActionUse, { text }: Text, uses: readonly ActionUse[]): readonly Finding[] {
  const own = uses.find((use) => publishes(use) && use.command !== 'guard' && use.events.includes('pull_request'));
  if (own === undefined) return [];
  return [
    {
      ...place(report, report.job.condition?.line ?? report.job.line),
      code: 'REPORT_TWICE',
      message: `job ${JSON.stringify(own.job.id)} of ${JSON.stringify(text)} publishes the repository's own pull requests, and this job publishes them once more`,
      nextStep:
        'limit this job to forks and Dependabot, with the `if:` of benchgate-benchmark-report.yml (`benchgate init --github`)',
    },
  ];
}
