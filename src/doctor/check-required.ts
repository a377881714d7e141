import { type ActionUse, measures } from './action-use.ts';
import { awaited } from './check-publishing.ts';
import { plainExpression } from './expression.ts';
import type { Finding } from './finding.ts';
import { gatesPullRequests, judges } from './publishing.ts';
import type { Text, Workflow } from './workflow.ts';

/** Whether a check that a branch requires comes for every pull request, and stops what it should stop. */
export function checkRequired(uses: readonly ActionUse[], approvalLabel: string | null): readonly Finding[] {
  const gating = uses.filter(gatesPullRequests);
  const workflows = [...new Set(gating.map(({ workflow }) => workflow))];
  return [
    ...uses.flatMap(continued),
    ...workflows.flatMap(pathFilters),
    ...mergeQueue(workflows),
    ...(approvalLabel === null ? [] : labels(gating, approvalLabel)),
  ];
}

/** Without the severity: each says its own. */
function place({ path }: Workflow, line: number) {
  return { area: 'workflow', path, line } as const;
}

function continued(use: ActionUse): readonly Finding[] {
  if (!judges(use)) return [];
  const set = [use.job.continueOnError, use.step.continueOnError].filter((text): text is Text =>
    /^(true|\$\{\{true\}\})$/.test(plainExpression(text?.text ?? '')),
  );
  return set.map(({ line }) => ({
    ...place(use.workflow, line),
    code: 'CONTINUE_ON_ERROR',
    severity: 'warning',
    message: `job ${JSON.stringify(use.job.id)} stays green whatever \`command: ${use.command}\` finds`,
    nextStep: 'remove `continue-on-error`; `fail-on: never` says the same openly, and the check still tells',
  }));
}

function pathFilters(workflow: Workflow): readonly Finding[] {
  return [...(workflow.filters.get('pull_request') ?? [])]
    .filter(([key]) => key === 'paths' || key === 'paths-ignore')
    .map(([key, { line }]) => ({
      ...place(workflow, line),
      code: 'PATH_FILTER',
      severity: 'warning',
      message: `\`${key}\` keeps this workflow from starting for some pull requests: a required check that never starts waits for ever`,
      nextStep: 'remove the filter, or do not require the check',
    }));
}

/** One note for the whole set: `merge_group` may be served by another workflow. */
function mergeQueue(workflows: readonly Workflow[]): readonly Finding[] {
  const [first] = workflows;
  if (first === undefined || workflows.some(({ events }) => events.has('merge_group'))) return [];
  return [
    {
      ...place(first, first.events.get('pull_request') ?? 1),
      code: 'MERGE_GROUP_MISSING',
      severity: 'note',
      message: 'nothing measures on `merge_group`: in a merge queue a required check would never come',
      nextStep: 'add `merge_group:` under `on:` if the repository has a merge queue, or may get one',
    },
  ];
}

/** Whether putting on the label that approves a change of the gate starts a new measurement. */
function labels(gating: readonly ActionUse[], label: string): readonly Finding[] {
  const measuring = gating.filter(measures);
  const [first] = measuring;
  const isHeard = measuring.some((use) => hasLabeled(use.workflow) && letsThrough(use, label));
  if (first === undefined || isHeard) return [];
  const { workflow, job, step } = measuring.find((use) => hasLabeled(use.workflow)) ?? first;
  const message = `putting on the label ${JSON.stringify(label)} (\`policy.gate_change\`) starts nothing`;
  const common = { code: 'LABEL_IGNORED', severity: 'warning' } as const;
  if (!hasLabeled(workflow)) {
    const line = workflow.filters.get('pull_request')?.get('types')?.line ?? workflow.events.get('pull_request') ?? 1;
    return [
      {
        ...place(workflow, line),
        ...common,
        message: `${message}: \`labeled\` is not among the \`types\` of pull_request`,
        nextStep: 'write `types: [opened, synchronize, reopened, labeled]`',
      },
    ];
  }
  const line = [job.condition, step.condition].find((text) => /label/.test(text?.text ?? ''))?.line ?? job.line;
  return [
    {
      ...place(workflow, line),
      ...common,
      message: `${message}: the condition of job ${JSON.stringify(job.id)} does not let it through`,
      nextStep: 'name that label in the condition, or another one in the manifest',
    },
  ];
}

function hasLabeled({ filters }: Workflow): boolean {
  return (
    filters
      .get('pull_request')
      ?.get('types')
      ?.values.some(({ text }) => text === 'labeled') ?? false
  );
}

/** As far as the conditions compare the event's label with words; what they say otherwise counts as letting it through. */
function letsThrough({ workflow, job, step }: ActionUse, label: string): boolean {
  const before = awaited(workflow, job);
  const jobs = workflow.jobs.filter((other) => other === job || before.has(other.id));
  return [...jobs.map(({ condition }) => condition), step.condition].every((condition) => {
    const plain = plainExpression(condition?.text ?? '');
    const name = plainExpression(label);
    if (/!(startswith|endswith|contains|\()|label\.name!=/.test(plain)) return true;
    const tests = [...plain.matchAll(comparison)].map(([, call, word = '', equal]) => {
      if (equal !== undefined) return name === equal;
      if (call === 'startswith') return name.startsWith(word);
      return call === 'endswith' ? name.endsWith(word) : name.includes(word);
    });
    const lists = [...plain.matchAll(labelList)].map(
      ([, list = '']) => list === `.${name}` || list.includes(JSON.stringify(name)),
    );
    const all = [...tests, ...lists];
    if (all.length > 0) return all.includes(true);
    return plain.includes('||') || !plain.includes("github.event.action!='labeled'");
  });
}

// One spelling turns a list of one, `["a"]`, into `.a`.
const labelList = /fromjson\('(\[[^']*\]|\.[\w-]+)'\),github\.event\.label\.name\)/g;

const comparison =
  /(startswith|endswith|contains)\(github\.event\.label\.name,'([^']*)'\)|github\.event\.label\.name=='([^']*)'/g;
