import type { Finding } from './finding.ts';
import type {
  Concurrency,
  Filters,
  Job,
  Level,
  Matrix,
  Permissions,
  Step,
  Text,
  Workflow,
  WorkflowFile,
} from './workflow.ts';
import { readYaml, type Tree } from './yaml-tree.ts';

/** Reads one workflow; findings instead when the text is no YAML or no workflow. Never throws. */
export function readWorkflow(file: WorkflowFile): { readonly workflow: Workflow } | { readonly findings: Finding[] } {
  const reading = readYaml(file.text);
  const finding = (code: 'WORKFLOW_YAML' | 'WORKFLOW_SHAPE', line: number, message: string): Finding => ({
    code,
    severity: 'error',
    area: 'workflow',
    path: file.path,
    line,
    message,
    nextStep: 'mend it: GitHub runs nothing of a workflow that it can’t read',
  });
  if ('problems' in reading) {
    return {
      findings: reading.problems.map(({ line, message }) => finding('WORKFLOW_YAML', line, `no YAML: ${message}`)),
    };
  }
  const { tree } = reading;
  const jobs = tree.get('jobs');
  const on = tree.get('on');
  if (on === null || jobs === null || jobs.entries().length === 0) {
    return { findings: [finding('WORKFLOW_SHAPE', tree.line, 'a workflow needs `on` and at least one job in `jobs`')] };
  }
  return {
    workflow: {
      path: file.path,
      name: tree.get('name')?.text()?.text ?? file.path,
      events: readEvents(on),
      filters: readFilters(on),
      runsAfter: texts(on.get('workflow_run')?.get('workflows') ?? null),
      permissions: readPermissions(tree),
      concurrency: readConcurrency(tree),
      env: readTexts(tree.get('env')),
      jobs: jobs.entries().map(({ key, line, value }) => readJob(key, line, value)),
    },
  };
}

function readEvents(on: Tree): ReadonlyMap<string, number> {
  if (on.kind === 'map') return new Map(on.entries().map(({ key, line }) => [key, line]));
  return new Map(texts(on).map(({ text, line }) => [text, line]));
}

function readFilters(on: Tree): ReadonlyMap<string, Filters> {
  const filtered = on.entries().flatMap(({ key, value }) => {
    const filters = value.entries().map((entry) => {
      return [entry.key, { line: entry.line, values: texts(entry.value) }] as const;
    });
    return filters.length === 0 ? [] : [[key, new Map(filters)] as const];
  });
  return new Map(filtered);
}

/** A scalar or a list of scalars. */
function texts(tree: Tree | null): readonly Text[] {
  if (tree === null) return [];
  const own = tree.text();
  return own !== null ? [own] : tree.items().flatMap((item) => item.text() ?? []);
}

function readTexts(tree: Tree | null): ReadonlyMap<string, Text> {
  const entries = tree?.entries() ?? [];
  return new Map(entries.map(({ key, line, value }) => [key, { text: value.text()?.text ?? '', line }]));
}

function readPermissions(parent: Tree): Permissions | null {
  const entry = parent.entries().find(({ key }) => key === 'permissions');
  if (entry === undefined) return null;
  const word = entry.value.text()?.text ?? null;
  const all = word === 'write-all' ? 'write' : word === 'read-all' ? 'read' : null;
  const scopes = entry.value.entries().map(({ key, value }) => [key, levelOf(value.text()?.text)] as const);
  return { line: entry.line, all, scopes: new Map(scopes) };
}

function levelOf(word: string | undefined): Level {
  return word === 'write' || word === 'read' ? word : 'none';
}

function readConcurrency(parent: Tree): Concurrency | null {
  const entry = parent.entries().find(({ key }) => key === 'concurrency');
  if (entry === undefined) return null;
  const { line, value } = entry;
  return {
    line,
    group: (value.text() ?? value.get('group')?.text())?.text ?? '',
    cancelInProgress: value.get('cancel-in-progress')?.text() ?? { text: 'false', line },
  };
}

function readJob(id: string, line: number, tree: Tree): Job {
  const runsOn = tree.get('runs-on');
  return {
    id,
    line,
    uses: tree.get('uses')?.text() ?? null,
    condition: tree.get('if')?.text() ?? null,
    continueOnError: tree.get('continue-on-error')?.text() ?? null,
    runsOn: texts(runsOn?.kind === 'map' ? runsOn.get('labels') : runsOn),
    needs: texts(tree.get('needs')).map(({ text }) => text),
    permissions: readPermissions(tree),
    concurrency: readConcurrency(tree),
    matrix: readMatrix(tree.get('strategy')),
    env: readTexts(tree.get('env')),
    steps: (tree.get('steps')?.items() ?? []).map(readStep),
  };
}

function readMatrix(strategy: Tree | null): Matrix | null {
  const entry = strategy?.entries().find(({ key }) => key === 'matrix');
  if (entry === undefined) return null;
  const { line, value } = entry;
  const special = new Set(['include', 'exclude']);
  const entries = value.entries();
  const values = entries
    .filter(({ key }) => !special.has(key))
    .map(({ key, value: list }) => {
      const items = list.kind === 'list' ? list.items().map((item) => item.text()?.text ?? '') : null;
      return [key, items] as const;
    });
  return { line, values: new Map(values), open: value.kind !== 'map' || entries.some(({ key }) => special.has(key)) };
}

function readStep(tree: Tree): Step {
  return {
    line: tree.line,
    id: tree.get('id')?.text()?.text ?? null,
    uses: tree.get('uses')?.text() ?? null,
    run: tree.get('run')?.text() ?? null,
    condition: tree.get('if')?.text() ?? null,
    continueOnError: tree.get('continue-on-error')?.text() ?? null,
    // GitHub compares the names of inputs without regard to capitals.
    with: new Map([...readTexts(tree.get('with'))].map(([name, value]) => [name.toLowerCase(), value])),
    env: readTexts(tree.get('env')),
  };
}
