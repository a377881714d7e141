import { type ActionUse, literalInput } from './action-use.ts';
import { isComputed, plainExpression } from './expression.ts';
import type { Finding } from './finding.ts';
import type { Matrix, Step, Workflow } from './workflow.ts';

/** Whether the shards of a workflow are all there, and none twice. */
export function checkShards(workflow: Workflow, uses: readonly ActionUse[]): readonly Finding[] {
  const measuring = uses.filter(({ command }) => command === 'run' || command === 'gate');
  return [
    ...measuring.flatMap((use) => (use.job.matrix === null ? [] : ofMatrix(use, use.job.matrix))),
    ...ofLiterals(workflow, measuring),
    ...ofOutputs(workflow, measuring),
  ];
}

function finding(use: Pick<ActionUse, 'workflow'>, code: Finding['code'], severity: Finding['severity'], line: number) {
  return { code, severity, area: 'workflow', path: use.workflow.path, line } as const;
}

function ofMatrix(use: ActionUse, matrix: Matrix): readonly Finding[] {
  const shard = use.step.with.get('shard');
  if (shard?.text === 'auto' || literalInput(use.step, 'confirm') === 'only') return [];
  if (shard === undefined || !isComputed(shard.text)) {
    if ([...matrix.values.values()].every((values) => values?.length === 1) && !matrix.open) return [];
    return [
      {
        ...finding(use, 'SHARD_MISSING', 'warning', shard?.line ?? matrix.line),
        message: `every job of the matrix ${JSON.stringify(use.job.id)} measures the same`,
        nextStep: 'give the action `shard: auto`, or leave the matrix out',
      },
    ];
  }
  const { index: variable, count } = shardOf(use.step) ?? { index: '', count: 0 };
  const written = /^\$\{\{matrix\.([\w-]+)\}\}$/.exec(variable);
  const values = [...matrix.values].find(([name]) => name.toLowerCase() === written?.[1])?.[1] ?? null;
  if (written === null || values === null || matrix.open || count === 0) return [];
  const wanted = Array.from({ length: Math.min(count, 256) }, (_, index) => String(index + 1));
  if (values.length === count && wanted.every((value) => values.includes(value))) return [];
  return [
    {
      ...finding(use, 'SHARD_COUNT', 'error', shard.line),
      message: `\`shard\` speaks of ${count}, but the matrix (line ${matrix.line}) has ${values.length}: ${values.join(', ')}`,
      nextStep: 'write `shard: auto`, which counts the jobs of the matrix by itself',
    },
  ];
}

/** Jobs that name their shard by hand, as `2/5`. */
function ofLiterals(workflow: Workflow, uses: readonly ActionUse[]): readonly Finding[] {
  const shards = uses.flatMap(({ step }) => {
    const shard = shardOf(step);
    return shard === null || !/^\d+$/.test(shard.index) || literalInput(step, 'confirm') === 'only'
      ? []
      : [{ ...shard, index: Number(shard.index) }];
  });
  const [first] = shards;
  if (first === undefined) return [];
  const there = new Set(shards.map(({ index }) => index));
  const complete = shards.every(({ index, count }) => count === first.count && index >= 1 && index <= count);
  if (complete && there.size === first.count && shards.length === first.count) return [];
  return [
    {
      ...finding({ workflow }, 'SHARD_COUNT', 'error', first.line),
      message: `the shards of this workflow are ${shards.map(({ index, count }) => `${index}/${count}`).join(', ')}: some are missing, doubled or counted otherwise`,
      nextStep: `have each of 1/${first.count} to ${first.count}/${first.count} measured by one job`,
    },
  ];
}

function ofOutputs(workflow: Workflow, uses: readonly ActionUse[]): readonly Finding[] {
  const matrices = uses.filter(({ job }) => job.matrix !== null).map(({ job }) => job.id.toLowerCase());
  return workflow.jobs.flatMap(({ id, condition }) => {
    const plain = plainExpression(condition?.text ?? '');
    const read = matrices.find((matrix) => plain.includes(`needs.${matrix}.outputs.`));
    if (read === undefined || condition === null) return [];
    return [
      {
        ...finding({ workflow }, 'MATRIX_OUTPUT', 'warning', condition.line),
        message: `job ${JSON.stringify(id)} asks for an output of the matrix ${JSON.stringify(read)}, which is that of its last job alone`,
        nextStep: 'run the job in every case; `confirm: only` finds in the artifacts whether there is anything to do',
      },
    ];
  });
}

/** `I/N`, or `I` with the input `shards`: the part before the count in one spelling. Null when there is no count to read. */
function shardOf(step: Step): { readonly index: string; readonly count: number; readonly line: number } | null {
  const shard = step.with.get('shard');
  if (shard === undefined) return null;
  const plain = plainExpression(shard.text);
  const [, index = plain, count = literalInput(step, 'shards') ?? ''] = /^(.*)\/(\d+)$/.exec(plain) ?? [];
  return /^\d+$/.test(count) ? { index, count: Number(count), line: shard.line } : null;
}
